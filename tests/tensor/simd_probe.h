// The operations of tensor/simd, each reachable for each instruction set. Plain declarations only:
// the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::test {

// Masks as bits, lane 0 the lowest. Operations on them exist from 8 lanes on, and are null below.
struct SimdProbe {
  unsigned lanes;
  void (*load_partial)(const float* from, std::int64_t count, float* out);  // out: all lanes
  void (*store_partial)(float* to, const float* lanes, std::int64_t count);
  void (*store_streaming)(float* to, const float* lanes);  // and the fence
  void (*multiply_add)(const float* a, float b, const float* c, float* out);
  void (*relu)(const float* a, float* out);
  std::uint32_t (*positive_bits)(const float* a);
  std::uint32_t (*greater)(const float* a, const float* b) = nullptr;
  std::uint32_t (*not_at_most)(const float* a, const float* b) = nullptr;
  void (*select)(std::uint32_t mask, const float* yes, const float* no, float* out) = nullptr;
  void (*load_where)(std::uint32_t mask, const float* from, float* out) = nullptr;
  void (*copy_mask)(const std::uint8_t* from, std::uint8_t* to) = nullptr;  // load_mask, store_bits
};

namespace generic {
extern const SimdProbe kSimdProbe;
}
namespace avx2 {
extern const SimdProbe kSimdProbe;
}
namespace avx512 {
extern const SimdProbe kSimdProbe;
}

}  // namespace impasto::test
