// The operations of tensor/simd/vec.h, each reachable for each instruction set. Plain declarations
// only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::test {

struct SimdProbe {
  unsigned lanes;
  void (*load_partial)(const float* from, std::int64_t count, float* out);  // out: all lanes
  void (*store_partial)(float* to, const float* lanes, std::int64_t count);
  void (*multiply_add)(const float* a, float b, const float* c, float* out);
  void (*relu)(const float* a, float* out);
  std::uint32_t (*positive_bits)(const float* a);
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
