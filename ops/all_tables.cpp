// The list of tables: a new op adds its line here.
#include "ops/conv2d/conv2d.h"
#include "ops/pool2d/pool2d.h"
#include "ops/relu/relu.h"

namespace impasto {

std::vector<TableInfo> all_tables() {
  return {
      describe(conv2d_forward_table()),         describe(conv2d_backward_data_table()),
      describe(conv2d_backward_filter_table()), describe(pool2d_forward_table()),
      describe(pool2d_backward_table()),        describe(relu_forward_table()),
      describe(relu_backward_table()),
  };
}

}  // namespace impasto
