// The list of tables: a new op adds its line here.
#include "ops/relu/relu.h"

namespace impasto {

std::vector<TableInfo> all_tables() {
  return {
      describe(relu_forward_table()),
      describe(relu_backward_table()),
  };
}

}  // namespace impasto
