#include "tests/support/random_tensors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/random.h"

namespace impasto::test {

Tensor random_tensor(const Shape& shape, DType dtype, std::uint64_t seed) {
  Tensor tensor = Tensor::empty(shape, dtype);
  fill_normal(tensor, seed);
  return tensor;
}

Tensor random_integers(const Shape& shape, DType dtype, std::uint64_t seed) {
  Tensor tensor = Tensor::empty(shape, DType::f64);
  fill_uniform(tensor, seed, -3, 4);
  for (double& value : tensor.values<double>()) value = std::min(std::floor(value), 3.0);
  return tensor.to(dtype);
}

Tensor poisoned(const Shape& shape, DType dtype) {
  return Tensor::full(shape, std::numeric_limits<double>::quiet_NaN(), dtype);
}

double max_abs(const Tensor& tensor) {
  const Tensor wide = tensor.to(DType::f64);
  double result = 0;
  for (double value : wide.values<double>()) result = std::max(result, std::abs(value));
  return result;
}

}  // namespace impasto::test
