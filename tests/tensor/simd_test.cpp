// Every operation of tensor/simd/vec.h against its meaning lane by lane, for each instruction set
// that this machine has, at addresses that are aligned to nothing but a float.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/features.h"
#include "tests/tensor/simd_probe.h"

namespace impasto::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kPoison = 12345;

std::vector<const SimdProbe*> probes() {
  std::vector<const SimdProbe*> result = {&generic::kSimdProbe};
#if defined(__x86_64__)
  if (host_features().has(Feature::avx2)) result.push_back(&avx2::kSimdProbe);
  if (host_features().has(Feature::avx512)) result.push_back(&avx512::kSimdProbe);
#endif
  return result;
}

// Signs, zeros of both signs, infinities, NaN and the smallest numbers, from position 1 on.
std::vector<float> specimens(unsigned lanes) {
  constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
  const float values[] = {1.5f,          -2.5f,     0.0f,       -0.0f, kInfinity, -kInfinity,
                          std::nanf(""), kDenormal, -kDenormal, 3e38f, -7.0f};
  std::vector<float> result(lanes + 1, 0.0f);
  for (unsigned i = 1; i <= lanes; ++i) result[i] = values[(i - 1) % std::size(values)];
  return result;
}

TEST_CASE("a partial load reads its lanes and zeroes the others") {
  for (const SimdProbe* probe : probes()) {
    for (unsigned count = 0; count <= probe->lanes; ++count) {
      CAPTURE(probe->lanes);
      CAPTURE(count);
      const std::vector<float> from(count, 2.0f);  // nothing behind: a sanitizer sees more
      std::vector<float> out(probe->lanes + 1, kPoison);
      probe->load_partial(from.data(), count, out.data() + 1);
      CHECK(std::count(out.begin() + 1, out.end(), 2.0f) == count);
      CHECK(std::count(out.begin() + 1, out.end(), 0.0f) == probe->lanes - count);
    }
  }
}

TEST_CASE("a partial store writes its lanes and no other") {
  for (const SimdProbe* probe : probes()) {
    for (unsigned count = 0; count <= probe->lanes; ++count) {
      CAPTURE(probe->lanes);
      CAPTURE(count);
      const std::vector<float> lanes(probe->lanes, 2.0f);
      std::vector<float> to(probe->lanes + 2, kPoison);
      probe->store_partial(to.data() + 1, lanes.data(), count);
      for (unsigned i = 0; i < to.size(); ++i) {
        CHECK(to[i] == (i >= 1 && i <= count ? 2.0f : kPoison));
      }
    }
  }
}

TEST_CASE("multiply_add is a b + c in each lane, rounded once or twice") {
  for (const SimdProbe* probe : probes()) {
    CAPTURE(probe->lanes);
    const float b = 1.0f + std::numeric_limits<float>::epsilon();
    std::vector<float> a(probe->lanes + 1), c(probe->lanes + 1), out(probe->lanes + 1);
    for (unsigned i = 1; i <= probe->lanes; ++i) {
      a[i] = b * static_cast<float>(i);
      c[i] = -static_cast<float>(i);
    }
    probe->multiply_add(a.data() + 1, b, c.data() + 1, out.data() + 1);
    for (unsigned i = 1; i <= probe->lanes; ++i) {
      const volatile float product = a[i] * b;  // volatile: rounded before the sum
      CHECK((out[i] == std::fma(a[i], b, c[i]) || out[i] == product + c[i]));
    }
  }
}

TEST_CASE("relu keeps what is positive and NaN, and makes the rest +0") {
  for (const SimdProbe* probe : probes()) {
    CAPTURE(probe->lanes);
    const std::vector<float> a = specimens(probe->lanes);
    std::vector<float> out(a.size());
    probe->relu(a.data() + 1, out.data() + 1);
    for (unsigned i = 1; i < a.size(); ++i) {
      CAPTURE(a[i]);
      CHECK(std::isnan(out[i]) == std::isnan(a[i]));
      if (!std::isnan(a[i])) CHECK(out[i] == std::max(a[i], 0.0f));
      if (out[i] == 0) CHECK_FALSE(std::signbit(out[i]));
    }
  }
}

TEST_CASE("positive_bits has a bit for each lane above zero") {
  for (const SimdProbe* probe : probes()) {
    CAPTURE(probe->lanes);
    const std::vector<float> a = specimens(probe->lanes);
    std::uint32_t want = 0;
    for (unsigned i = 0; i < probe->lanes; ++i) {
      want |= static_cast<std::uint32_t>(a[i + 1] > 0) << i;
    }
    CHECK(probe->positive_bits(a.data() + 1) == want);
  }
}

}  // namespace
}  // namespace impasto::test
