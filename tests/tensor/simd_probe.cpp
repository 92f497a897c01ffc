#include "tests/tensor/simd_probe.h"

#include "tensor/simd/vec.h"

namespace impasto::test::IMPASTO_ISA {

namespace vec = simd::IMPASTO_ISA;

const SimdProbe kSimdProbe = {
    vec::kLanes,
    [](const float* from, std::int64_t count, float* out) {
      vec::store(out, vec::load_partial(from, count));
    },
    [](float* to, const float* lanes, std::int64_t count) {
      vec::store_partial(to, vec::load(lanes), count);
    },
    [](const float* a, float b, const float* c, float* out) {
      vec::store(out, vec::multiply_add(vec::load(a), vec::broadcast(b), vec::load(c)));
    },
    [](const float* a, float* out) { vec::store(out, vec::relu(vec::load(a))); },
    [](const float* a) { return vec::positive_bits(vec::load(a)); },
};

}  // namespace impasto::test::IMPASTO_ISA
