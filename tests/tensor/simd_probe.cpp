#include "tests/tensor/simd_probe.h"

#include "tensor/simd/mask.h"

namespace impasto::test::IMPASTO_ISA {

namespace vec = simd::IMPASTO_ISA;

const SimdProbe kSimdProbe = {
    .lanes = vec::kLanes,
    .load_partial = [](const float* from, std::int64_t count,
                       float* out) { vec::store(out, vec::load_partial(from, count)); },
    .store_partial = [](float* to, const float* lanes,
                        std::int64_t count) { vec::store_partial(to, vec::load(lanes), count); },
    .store_streaming =
        [](float* to, const float* lanes) {
          vec::store_streaming(to, vec::load(lanes));
          vec::streaming_fence();
        },
    .multiply_add =
        [](const float* a, float b, const float* c, float* out) {
          vec::store(out, vec::multiply_add(vec::load(a), vec::broadcast(b), vec::load(c)));
        },
    .relu = [](const float* a, float* out) { vec::store(out, vec::relu(vec::load(a))); },
    .positive_bits = [](const float* a) { return vec::positive_bits(vec::load(a)); },
#if IMPASTO_LANES >= 8
    .greater =
        [](const float* a, const float* b) {
          return vec::bits_of(vec::greater(vec::load(a), vec::load(b)));
        },
    .not_at_most =
        [](const float* a, const float* b) {
          return vec::bits_of(vec::not_at_most(vec::load(a), vec::load(b)));
        },
    .select =
        [](std::uint32_t mask, const float* yes, const float* no, float* out) {
          vec::store(out, vec::select(vec::mask_of(mask), vec::load(yes), vec::load(no)));
        },
    .load_where = [](std::uint32_t mask, const float* from,
                     float* out) { vec::store(out, vec::load_where(vec::mask_of(mask), from)); },
    .copy_mask = [](const std::uint8_t* from,
                    std::uint8_t* to) { vec::store_bits(to, vec::bits_of(vec::load_mask(from))); },
#endif
};

}  // namespace impasto::test::IMPASTO_ISA
