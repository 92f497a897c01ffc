// Mask: one truth value for each lane of an F32. In memory it is one bit a lane, lane 0 the lowest,
// in whole bytes: so only where a vector has at least 8 lanes. positive_bits() is there everywhere.
//
// The rules of vec.h for sources that include it hold here, too.
#pragma once

#include "tensor/simd/vec.h"

namespace impasto::simd::IMPASTO_ISA {

#if IMPASTO_LANES == 16
using Mask = __mmask16;
inline Mask greater(F32 a, F32 b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}
inline Mask not_at_most(F32 a, F32 b) {  // also when either is NaN
  return _mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ);
}
inline F32 select(Mask mask, F32 yes, F32 no) {
  return _mm512_mask_blend_ps(mask, no, yes);
}
inline Mask mask_of(std::uint32_t bits) {
  return static_cast<Mask>(bits);
}
inline std::uint32_t bits_of(Mask mask) {
  return mask;
}
// Lanes that are not set are zero and not read.
inline F32 load_where(Mask mask, const float* from) {
  return _mm512_maskz_loadu_ps(mask, from);
}
#elif IMPASTO_LANES == 8
using Mask [[gnu::vector_size(32)]] = std::int32_t;
inline Mask greater(F32 a, F32 b) {
  return a > b;
}
inline Mask not_at_most(F32 a, F32 b) {
  return ~(a <= b);
}
inline F32 select(Mask mask, F32 yes, F32 no) {
  return mask ? yes : no;
}
inline Mask mask_of(std::uint32_t bits) {
  const Mask lane = {1, 2, 4, 8, 16, 32, 64, 128};
  return ((static_cast<std::int32_t>(bits) - Mask{}) & lane) != 0;
}
inline std::uint32_t bits_of(Mask mask) {
  return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask)));
}
inline F32 load_where(Mask mask, const float* from) {
  return _mm256_maskload_ps(from, reinterpret_cast<__m256i>(mask));
}
#endif

#if IMPASTO_LANES >= 8
inline Mask load_mask(const std::uint8_t* from) {
  std::uint16_t bits = 0;
  __builtin_memcpy(&bits, from, kLanes / 8);
  return mask_of(bits);
}
inline void store_bits(std::uint8_t* to, std::uint32_t bits) {
  __builtin_memcpy(to, &bits, kLanes / 8);
}
#endif

// Bit i tells whether lane i is > 0.
inline std::uint32_t positive_bits(F32 value) {
#if IMPASTO_LANES >= 8
  return bits_of(greater(value, F32{}));
#else
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < kLanes; ++i) bits |= static_cast<std::uint32_t>(value[i] > 0) << i;
  return bits;
#endif
}

}  // namespace impasto::simd::IMPASTO_ISA
