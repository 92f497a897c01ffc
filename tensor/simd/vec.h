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

// The first `count` lanes, count <= kLanes; the others are zero and not read.
inline F32 load_partial(const float* from, std::int64_t count) {
  F32 result = {};
  for (std::int64_t i = 0; i < count; ++i) result[i] = from[i];
  return result;
}

inline void store_partial(float* to, F32 value, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = value[i];
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

// Bit i tells whether lane i is > 0.
inline std::uint32_t positive_bits(F32 value) {
#if IMPASTO_LANES == 16
  return _mm512_cmp_ps_mask(value, F32{}, _CMP_GT_OQ);
#elif IMPASTO_LANES == 8
  return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(value, F32{}, _CMP_GT_OQ)));
#else
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < kLanes; ++i) bits |= static_cast<std::uint32_t>(value[i] > 0) << i;
  return bits;
#endif
}

}  // namespace impasto::simd::IMPASTO_ISA
