// What the processor offers, as data: kernel selection takes it as an argument, so tests can
// pretend to be another machine.
#pragma once

#include <cstdint>
#include <string>

namespace impasto {

enum class Feature : std::uint32_t {
  avx2 = 1u << 0,        // AVX2 and FMA
  avx512 = 1u << 1,      // AVX-512 F, BW, DQ, VL
  avx512vnni = 1u << 2,  // dot products of 16-bit integers
};

class Features {
 public:
  constexpr Features() = default;
  constexpr Features(Feature feature) : bits_(static_cast<std::uint32_t>(feature)) {}  // NOLINT

  constexpr bool has(Features needed) const { return (bits_ & needed.bits_) == needed.bits_; }
  constexpr Features operator|(Features other) const { return Features(bits_ | other.bits_); }
  friend constexpr bool operator==(Features, Features) = default;

 private:
  constexpr explicit Features(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_ = 0;
};

std::string to_string(Features features);  // "avx2 avx512", "none"

// This machine's features. $IMPASTO_CPU (generic, avx2, avx512 or avx512vnni) lowers them, never
// raises them.
Features host_features();

}  // namespace impasto
