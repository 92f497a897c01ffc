// Gradients against central differences, in double.
#pragma once

#include <functional>

#include "tests/support/compare.h"

namespace impasto::test {

// f maps an f64 tensor to an f64 tensor. Compares `gradient` of x -> <upstream, f(x)> with central
// differences, each element of x in turn, relative to the largest element of the gradient. upstream
// should be random: the plain sum is blind to errors that cancel. Keep x off kinks (ReLU at 0, ties
// of a pool).
Comparison check_gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x,
                          const Tensor& upstream, const Tensor& gradient, double tolerance = 1e-6,
                          double step = 1e-5);

// <a, b> in double.
double inner(const Tensor& a, const Tensor& b);

}  // namespace impasto::test
