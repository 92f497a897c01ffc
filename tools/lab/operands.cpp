#include "tools/lab/operands.h"

#include "tensor/random.h"

namespace impasto::lab {

Tensor uniform(const Shape& shape, std::uint64_t seed) {
  Tensor result = Tensor::empty(shape);
  fill_uniform(result, seed, -1, 1);
  return result;
}

Tensor bits(const Shape& shape, std::uint64_t seed) {
  Tensor result = Tensor::zeros(shape, DType::bits);
  std::uint64_t* words = result.data<std::uint64_t>();
  for (std::int64_t i = 0; i < result.numel() / 64; ++i) {
    const auto block = philox(seed, static_cast<std::uint64_t>(i));
    words[i] = std::uint64_t{block[0]} << 32 | block[1];
  }
  return result;
}

Tensor scalar() {
  return Tensor::scalar(1, DType::f64);
}

Tensor numbers(const std::vector<double>& values) {
  return Tensor::from<double>({static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace impasto::lab
