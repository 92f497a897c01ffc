#include "tests/support/gradient.h"

#include <algorithm>

#include "tests/support/random_tensors.h"

namespace impasto::test {

double inner(const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  double sum = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) sum += x.data<double>()[i] * y.data<double>()[i];
  return sum;
}

Comparison check_gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x,
                          const Tensor& upstream, const Tensor& gradient, double tolerance,
                          double step) {
  Tensor numeric = Tensor::empty(x.shape(), DType::f64);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    Tensor shifted = x.clone();
    double& element = shifted.data<double>()[i];
    element += step;
    const double above = inner(upstream, f(shifted));
    element -= 2 * step;
    const double below = inner(upstream, f(shifted));
    numeric.data<double>()[i] = (above - below) / (2 * step);
  }
  return compare(gradient, numeric, tolerance * std::max(1.0, max_abs(numeric)));
}

}  // namespace impasto::test
