// F32: a vector of floats of the width of the instruction set that a source is compiled for, with
// the few operations that kernels need. GCC and Clang vector extensions: + - * and comparisons work
// element by element.
//
// A source that includes this header is listed in CMake with impasto_simd_source(), which compiles
// it once per instruction set with IMPASTO_ISA (generic, avx2, avx512; avx512vnni where asked for)
// and IMPASTO_LANES defined.
// Rules for such a source:
//   - everything it defines lives in a namespace named IMPASTO_ISA: the linker keeps one copy of an
//     inline function, and a copy with AVX-512 in it must never be the one that an older machine
//     runs;
//   - for the same reason it includes no header with inline functions of its own outside such a
//     namespace: <cstdint>, plain structs, and those of this folder;
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

}  // namespace impasto::simd::IMPASTO_ISA
