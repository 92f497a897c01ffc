// The list of tables: a new op adds its lines here.
#include "ops/basis/basis.h"
#include "ops/conv2d/conv2d.h"
#include "ops/descent/descent.h"
#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gemm/gemm.h"
#include "ops/gram/gram.h"
#include "ops/mse/mse.h"
#include "ops/normalize/normalize.h"
#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/reduce/reduce.h"
#include "ops/relu/relu.h"
#include "ops/resize/resize.h"
#include "ops/total_variation/total_variation.h"

namespace impasto {

std::vector<TableInfo> all_tables() {
  return {
      describe(inner_products_table()),
      describe(combine_table()),
      describe(store_table()),
      describe(conv2d_forward_table()),
      describe(conv2d_backward_data_table()),
      describe(conv2d_backward_filter_table()),
      describe(guard_table()),
      describe(lbfgs_table()),
      describe(adam_plan_table()),
      describe(adam_table()),
      describe(elementwise_table()),
      describe(gemm_table()),
      describe(gram_forward_table()),
      describe(gram_backward_table()),
      describe(mse_forward_table()),
      describe(mse_backward_table()),
      describe(instance_norm_forward_table()),
      describe(instance_norm_backward_table()),
      describe(pad_forward_table()),
      describe(pad_backward_table()),
      describe(pool2d_forward_table()),
      describe(pool2d_backward_table()),
      describe(reduce_table()),
      describe(reduce_rows_table()),
      describe(relu_forward_table()),
      describe(relu_backward_table()),
      describe(resize_forward_table()),
      describe(resize_backward_table()),
      describe(total_variation_forward_table()),
      describe(total_variation_backward_table()),
  };
}

}  // namespace impasto
