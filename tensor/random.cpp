#include "tensor/random.h"

#include <cmath>
#include <numbers>

namespace impasto {
namespace {

template <class F>
void fill(Tensor& tensor, F value) {
  const auto count = static_cast<std::uint64_t>(tensor.numel());
  if (tensor.dtype() == DType::f64) {
    double* data = tensor.data<double>();
    for (std::uint64_t i = 0; i < count; ++i) data[i] = value(i);
  } else {
    float* data = tensor.data<float>();
    for (std::uint64_t i = 0; i < count; ++i) data[i] = static_cast<float>(value(i));
  }
}

float to_unit(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24f;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> x,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * x[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * x[2];
    x = {static_cast<std::uint32_t>(p1 >> 32) ^ x[1] ^ key[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ x[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return x;
}

std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t counter) {
  return philox4x32(
      {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0},
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

float random_uniform(std::uint64_t seed, std::uint64_t index) {
  return to_unit(philox(seed, index / 4)[index % 4]);
}

float random_normal(std::uint64_t seed, std::uint64_t index) {
  const std::array<std::uint32_t, 4> block = philox(seed, index / 2);
  const double radius = std::sqrt(-2.0 * std::log1p(-static_cast<double>(to_unit(block[0]))));
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(to_unit(block[1]));
  return static_cast<float>(radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle)));
}

void fill_uniform(Tensor& tensor, std::uint64_t seed, double lo, double hi) {
  fill(tensor, [=](std::uint64_t i) {
    return lo + (hi - lo) * static_cast<double>(random_uniform(seed, i));
  });
}

void fill_normal(Tensor& tensor, std::uint64_t seed, double mean, double stddev) {
  fill(tensor, [=](std::uint64_t i) {
    return mean + stddev * static_cast<double>(random_normal(seed, i));
  });
}

}  // namespace impasto
