// Every case that verifies kernels: the one list that the tests and `impasto kernels check` run. A
// case belongs to a table and loops over its kernels, so a new kernel needs no new case.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/verify/subject.h"

namespace impasto::verify {

// What a case looks at; tests leave some out where they repeat others.
enum class Kind {
  values,    // what is computed: exact, near, definitions, gradients, NaN
  threads,   // the same bits for every number of threads and order
  accuracy,  // of large problems
};

struct Case {
  std::string_view table;  // "relu.fwd"
  std::string_view what;   // "equals its definition"
  void (*verify)(Session&);
  Kind kind = Kind::values;
};

std::vector<Case> all_cases();

// The parts of the list, one op each.
using Cases = std::span<const Case>;
Cases adam_cases();
Cases basis_cases();
Cases basis_value_cases();
Cases conv2d_forward_cases();
Cases conv2d_backward_data_cases();
Cases conv2d_backward_filter_cases();
Cases conv2d_mixed_cases();
Cases conv2d_accuracy_cases();
Cases descent_cases();
Cases elementwise_cases();
Cases gemm_cases();
Cases gram_cases();
Cases instance_norm_cases();
Cases misplaced_cases();
Cases mse_cases();
Cases pad_cases();
Cases pool2d_cases();
Cases reduce_cases();
Cases relu_cases();
Cases resize_cases();
Cases resize_known_cases();
Cases total_variation_cases();

}  // namespace impasto::verify
