// What a machine offers, as data: kernel selection takes it as an argument, so tests can pretend to
// be another machine.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/device.h"

namespace impasto {

enum class Feature : std::uint32_t {
  avx2 = 1u << 0,        // AVX2 and FMA
  avx512 = 1u << 1,      // AVX-512 F, BW, DQ, VL
  avx512vnni = 1u << 2,  // dot products of 16-bit integers
  sm80 = 1u << 3,        // a GPU with tensor cores for tf32 and bf16, and cp.async
  sm90 = 1u << 4,        // and with TMA, mbarrier and wgmma
};

class Features {
 public:
  constexpr Features() = default;
  constexpr Features(Feature feature) : bits_(static_cast<std::uint32_t>(feature)) {}  // NOLINT

  constexpr bool has(Features needed) const { return (bits_ & needed.bits_) == needed.bits_; }
  constexpr Features operator|(Features other) const {
    return Features(bits_ | other.bits_, device_);
  }
  // The kind of device that kernels are to run on; cpu unless said otherwise.
  constexpr DeviceType device() const { return device_; }
  constexpr Features on(DeviceType device) const { return Features(bits_, device); }
  friend constexpr bool operator==(Features, Features) = default;

 private:
  constexpr Features(std::uint32_t bits, DeviceType device) : bits_(bits), device_(device) {}
  std::uint32_t bits_ = 0;
  DeviceType device_ = DeviceType::cpu;
};

std::string to_string(Features features);  // "avx2 avx512", "none"

// This machine's features. $IMPASTO_CPU (generic, avx2, avx512 or avx512vnni) lowers them, never
// raises them.
Features host_features();

// What a device offers beside the processor's features: the simt executor knows what a GPU of any
// generation does, a GPU what its compute capability says.
Features device_features(Features host, Device device);

}  // namespace impasto
