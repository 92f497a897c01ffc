// F32: a vector of floats of the width of the instruction set that a source is compiled for, with
// the few operations that kernels need. GCC and Clang vector extensions: + - * and comparisons work
// element by element.
//
// A source that includes this header is listed in CMake with impasto_simd_source(), which compiles
// it once per instruction set with IMPASTO_ISA (generic, avx2, avx512) and IMPASTO_LANES defined.
// Rules for such a source:
//   - everything it defines lives in a namespace named IMPASTO_ISA: the linker keeps one copy of an
//     inline function, and a copy with AVX-512 in it must never be the one that an older machine
//     runs;
//   - for the same reason it includes no header with inline functions of its own outside such a
//     namespace: <cstdint>, plain structs, and this;
//   - it is reached through a function pointer that a kernel table hands out only when the machine
//     has the Features.
#pragma once

#include <cstdint>

#if IMPASTO_LANES > 4
#include <immintrin.h>
#endif

namespace impasto::simd::IMPASTO_ISA {

inline constexpr unsigned kLanes = IMPASTO_LANES;
inline constexpr unsigned kRegisters = kLanes == 16 ? 32 : 16;

using F32 [[gnu::vector_size(4 * kLanes)]] = float;
using UnalignedF32 [[gnu::vector_size(4 * kLanes), gnu::aligned(4), gnu::may_alias]] = float;

inline F32 load(const float* from) {
  return *reinterpret_cast<const UnalignedF32*>(from);
}

inline void store(float* to, F32 value) {
  *reinterpret_cast<UnalignedF32*>(to) = value;
}

// The first `count` lanes, 0 <= count <= kLanes; the others are zero and not read.
inline F32 load_partial(const float* from, std::int64_t count) {
#if IMPASTO_LANES == 16
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
#else
  F32 result = {};
  for (std::int64_t i = 0; i < count; ++i) result[i] = from[i];
  return result;
#endif
}

inline void store_partial(float* to, F32 value, std::int64_t count) {
#if IMPASTO_LANES == 16
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
#else
  for (std::int64_t i = 0; i < count; ++i) to[i] = value[i];
#endif
}

// Past the caches, for results that nobody reads soon; `to` is aligned to the vector. Another
// thread sees it after a fence, which the end of ThreadPool::run() is not: see streaming_fence().
inline void store_streaming(float* to, F32 value) {
#if IMPASTO_LANES == 16
  _mm512_stream_ps(to, value);
#elif IMPASTO_LANES == 8
  _mm256_stream_ps(to, value);
#else
  store(to, value);
#endif
}

inline void streaming_fence() {
#if IMPASTO_LANES > 4
  _mm_sfence();
#endif
}

// To the first- and to the second-level cache. Any address is allowed.
inline void prefetch_near(const float* address) {
  __builtin_prefetch(address, 0, 3);
}
inline void prefetch_far(const float* address) {
  __builtin_prefetch(address, 0, 2);
}

inline F32 broadcast(float value) {
  return value - F32{};
}

// a * b + c, rounded once where the instruction set has FMA.
inline F32 multiply_add(F32 a, F32 b, F32 c) {
  return a * b + c;
}

// max(value, 0) that lets NaN through.
inline F32 relu(F32 value) {
  return value <= F32{} ? F32{} : value;
}

// One truth value a lane. In memory they are one bit a lane, lane 0 the lowest, in whole bytes:
// with 8 or 16 lanes, that is.
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
