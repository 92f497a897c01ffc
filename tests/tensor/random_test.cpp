#include "tensor/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"

namespace impasto {
namespace {

using Block = std::array<std::uint32_t, 4>;

TEST_CASE("Philox4x32-10 gives the known answers of its authors") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("seed and counter use all of their 64 bits") {
  CHECK(philox(0, 0) == philox4x32({0, 0, 0, 0}, {0, 0}));
  CHECK(philox(0x299f31d0a4093822u, 0x85a308d3243f6a88u) ==
        philox4x32({0x243f6a88, 0x85a308d3, 0, 0}, {0xa4093822, 0x299f31d0}));
}

struct Moments {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

Moments moments_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Moments m;
  m.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  for (double value : values) {
    const double d = value - m.mean;
    m.variance += d * d / count;
    m.skewness += d * d * d / count;
    m.kurtosis += d * d * d * d / count;
  }
  m.skewness /= std::pow(m.variance, 1.5);
  m.kurtosis /= m.variance * m.variance;
  return m;
}

template <class F>
std::vector<double> sample(std::size_t count, F f) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(f(i)));
  return values;
}

constexpr std::size_t kCount = 200'000;

// The bounds are four standard errors; the sample is fixed, so this cannot fail by chance.
TEST_CASE("uniform numbers are in [0, 1) and have the moments of the distribution") {
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    const auto values = sample(kCount, [=](std::size_t i) { return random_uniform(seed, i); });
    CHECK(*std::min_element(values.begin(), values.end()) >= 0);
    CHECK(*std::max_element(values.begin(), values.end()) < 1);
    const Moments m = moments_of(values);
    const double root = std::sqrt(static_cast<double>(kCount));
    CHECK(std::abs(m.mean - 0.5) < 4 * std::sqrt(1.0 / 12) / root);
    CHECK(std::abs(m.variance - 1.0 / 12) < 4 * std::sqrt(1.0 / 180) / root);
    CHECK(std::abs(m.skewness) < 4 * std::sqrt(6.0) / root);
    CHECK(std::abs(m.kurtosis - 1.8) < 4 * std::sqrt(24.0) / root);
  }
}

TEST_CASE("normal numbers have the moments of the distribution and are not correlated") {
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    const auto values = sample(kCount, [=](std::size_t i) { return random_normal(seed, i); });
    const Moments m = moments_of(values);
    const double root = std::sqrt(static_cast<double>(kCount));
    CHECK(std::abs(m.mean) < 4 / root);
    CHECK(std::abs(m.variance - 1) < 4 * std::sqrt(2.0) / root);
    CHECK(std::abs(m.skewness) < 4 * std::sqrt(6.0) / root);
    CHECK(std::abs(m.kurtosis - 3) < 4 * std::sqrt(24.0) / root);
    // Neighbours share a block.
    double lagged = 0;
    for (std::size_t i = 1; i < kCount; ++i) lagged += values[i] * values[i - 1];
    CHECK(std::abs(lagged) < 4 * root);
  }
}

TEST_CASE("an element is a function of seed and index alone") {
  Tensor uniform = Tensor::empty({1001}), normal = Tensor::empty({1001});
  fill_uniform(uniform, 42, -2, 6);
  fill_normal(normal, 42, 1, 3);
  int wrong = 0;
  for (std::int64_t i = 1000; i >= 0; --i) {
    const auto index = static_cast<std::uint64_t>(i);
    const double u = -2 + 8 * static_cast<double>(random_uniform(42, index));
    const double z = 1 + 3 * static_cast<double>(random_normal(42, index));
    wrong += uniform.data<float>()[i] != static_cast<float>(u);
    wrong += normal.data<float>()[i] != static_cast<float>(z);
  }
  CHECK(wrong == 0);
  Tensor shorter = Tensor::empty({10}), wide = Tensor::empty({10}, DType::f64);
  fill_normal(shorter, 42, 1, 3);
  fill_normal(wide, 42, 1, 3);
  for (int i = 0; i < 10; ++i) {
    CHECK(shorter.data<float>()[i] == normal.data<float>()[i]);
    CHECK(static_cast<float>(wide.data<double>()[i]) == normal.data<float>()[i]);
  }
}

TEST_CASE("seeds differ, and only f32 and f64 are filled") {
  Tensor a = Tensor::empty({64}), b = Tensor::empty({64});
  fill_uniform(a, 1);
  fill_uniform(b, 2);
  int equal = 0;
  for (int i = 0; i < 64; ++i) equal += a.data<float>()[i] == b.data<float>()[i];
  CHECK(equal == 0);
  Tensor integers = Tensor::empty({4}, DType::i32);
  CHECK_THROWS_AS(fill_uniform(integers, 1), Error);
}

}  // namespace
}  // namespace impasto
