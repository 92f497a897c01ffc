// The list of ops: a new one adds a line here, and tests/tools/lab_test.cpp tells who forgot.
#include "tools/lab/ops/benches.h"

namespace impasto::lab {

std::vector<OpBenches> all_benches() {
  return {conv2d_benches(),    gram_benches(),   gemm_benches(),        pool2d_benches(),
          relu_benches(),      mse_benches(),    elementwise_benches(), reduce_benches(),
          normalize_benches(), pad_benches(),    resize_benches(),      total_variation_benches(),
          basis_benches(),     descent_benches()};
}

}  // namespace impasto::lab
