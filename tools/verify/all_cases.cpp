#include "tools/verify/cases.h"

namespace impasto::verify {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const Cases cases : {basis_cases(),
                            basis_value_cases(),
                            conv2d_forward_cases(),
                            conv2d_backward_data_cases(),
                            conv2d_backward_filter_cases(),
                            conv2d_mixed_cases(),
                            conv2d_accuracy_cases(),
                            descent_cases(),
                            adam_cases(),
                            elementwise_cases(),
                            gemm_cases(),
                            gram_cases(),
                            instance_norm_cases(),
                            misplaced_cases(),
                            mse_cases(),
                            pad_cases(),
                            pool2d_cases(),
                            reduce_cases(),
                            relu_cases(),
                            resize_cases(),
                            resize_known_cases(),
                            total_variation_cases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

}  // namespace impasto::verify
