// Every operation of tensor/simd against its meaning lane by lane, for each instruction set
// that this machine has, at addresses that are aligned to nothing but a float.
#include <algorithm>
#include <array>
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

// Masks need whole bytes.
std::vector<const SimdProbe*> mask_probes() {
  std::vector<const SimdProbe*> result = probes();
  std::erase_if(result, [](const SimdProbe* probe) { return probe->select == nullptr; });
  return result;
}

// None, all, each lane alone, each lane missing, every other.
std::vector<std::uint32_t> masks(unsigned lanes) {
  const std::uint32_t all = (1u << lanes) - 1;
  std::vector<std::uint32_t> result = {0, all, 0x5555u & all, 0xaaaau & all};
  for (unsigned i = 0; i < lanes; ++i) {
    result.push_back(1u << i);
    result.push_back(all & ~(1u << i));
  }
  return result;
}

bool is_set(std::uint32_t mask, unsigned lane) {
  return (mask >> lane & 1u) != 0;
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

TEST_CASE("a streaming store writes its lanes and no other") {
  for (const SimdProbe* probe : probes()) {
    CAPTURE(probe->lanes);
    const std::vector<float> lanes = specimens(probe->lanes);
    alignas(64) std::array<float, 48> to;
    to.fill(kPoison);
    probe->store_streaming(to.data() + 16, lanes.data() + 1);
    for (unsigned i = 0; i < to.size(); ++i) {
      CAPTURE(i);
      if (i < 16 || i >= 16 + probe->lanes) {
        CHECK(to[i] == kPoison);
      } else if (!std::isnan(lanes[i - 15])) {
        CHECK(to[i] == lanes[i - 15]);
      } else {
        CHECK(std::isnan(to[i]));
      }
    }
  }
}

TEST_CASE("comparisons of masks: greater is false for NaN, not_at_most true") {
  for (const SimdProbe* probe : mask_probes()) {
    const std::vector<float> a = specimens(probe->lanes);
    for (unsigned turn = 0; turn < probe->lanes; ++turn) {  // every pair of specimens
      CAPTURE(probe->lanes);
      CAPTURE(turn);
      std::vector<float> b = a;
      std::ranges::rotate(b.begin() + 1, b.begin() + 1 + turn, b.end());
      std::uint32_t greater = 0, not_at_most = 0;
      for (unsigned i = 0; i < probe->lanes; ++i) {
        greater |= static_cast<std::uint32_t>(a[i + 1] > b[i + 1]) << i;
        not_at_most |= static_cast<std::uint32_t>(!(a[i + 1] <= b[i + 1])) << i;
      }
      CHECK(probe->greater(a.data() + 1, b.data() + 1) == greater);
      CHECK(probe->not_at_most(a.data() + 1, b.data() + 1) == not_at_most);
    }
  }
}

TEST_CASE("select takes each lane from the side that its bit names") {
  for (const SimdProbe* probe : mask_probes()) {
    const std::vector<float> yes(probe->lanes + 1, 1.0f), no(probe->lanes + 1, -1.0f);
    for (std::uint32_t mask : masks(probe->lanes)) {
      CAPTURE(probe->lanes);
      CAPTURE(mask);
      std::vector<float> out(probe->lanes + 1, kPoison);
      probe->select(mask, yes.data() + 1, no.data() + 1, out.data() + 1);
      for (unsigned i = 0; i < probe->lanes; ++i) {
        CHECK(out[i + 1] == (is_set(mask, i) ? 1.0f : -1.0f));
      }
    }
  }
}

TEST_CASE("load_where reads the lanes that are set and zeroes the others") {
  for (const SimdProbe* probe : mask_probes()) {
    for (std::uint32_t mask : masks(probe->lanes)) {
      CAPTURE(probe->lanes);
      CAPTURE(mask);
      std::vector<float> from(probe->lanes + 1, std::nanf("")), out(probe->lanes + 1, kPoison);
      for (unsigned i = 0; i < probe->lanes; ++i) {
        if (is_set(mask, i)) from[i + 1] = 2.0f;
      }
      probe->load_where(mask, from.data() + 1, out.data() + 1);
      for (unsigned i = 0; i < probe->lanes; ++i) {
        CHECK(out[i + 1] == (is_set(mask, i) ? 2.0f : 0.0f));
      }
    }
    // Lanes behind the end of memory are not touched when they are not set.
    for (unsigned count = 0; count <= probe->lanes; ++count) {
      const std::vector<float> from(count, 2.0f);
      std::vector<float> out(probe->lanes, kPoison);
      probe->load_where((1u << count) - 1, from.data(), out.data());
      CHECK(std::ranges::count(out, 2.0f) == count);
    }
  }
}

TEST_CASE("masks in memory are one bit a lane, and nothing beside them is written") {
  for (const SimdProbe* probe : mask_probes()) {
    for (std::uint32_t mask : masks(probe->lanes)) {
      CAPTURE(probe->lanes);
      CAPTURE(mask);
      constexpr std::uint8_t kByte = 0xa5;
      std::vector<std::uint8_t> from(probe->lanes / 8), to(from.size() + 2, kByte);
      for (unsigned i = 0; i < probe->lanes; ++i) {
        const unsigned bit = static_cast<unsigned>(is_set(mask, i)) << i % 8;
        from[i / 8] = static_cast<std::uint8_t>(from[i / 8] | bit);
      }
      probe->copy_mask(from.data(), to.data() + 1);
      CHECK(std::equal(from.begin(), from.end(), to.begin() + 1));
      CHECK(to.front() == kByte);
      CHECK(to.back() == kByte);
    }
  }
}

}  // namespace
}  // namespace impasto::test
