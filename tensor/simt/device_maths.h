// CUDA's arithmetic on the host: bits, casts, and what <math.h> lacks. fmaf, sqrtf, fabsf, fminf
// and fmaxf are the C library's.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

__forceinline__ int __popc(unsigned x) {
  return std::popcount(x);
}
__forceinline__ int __popcll(unsigned long long x) {
  return std::popcount(x);
}
__forceinline__ int __clz(int x) {
  return std::countl_zero(static_cast<unsigned>(x));
}
__forceinline__ int __clzll(long long x) {
  return std::countl_zero(static_cast<unsigned long long>(x));
}
__forceinline__ int __ffs(int x) {
  return __builtin_ffs(x);
}
__forceinline__ int __ffsll(long long x) {
  return __builtin_ffsll(x);
}
__forceinline__ unsigned __brev(unsigned x) {
  x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
  x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
  x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(x);
}

__forceinline__ unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
__forceinline__ float __uint_as_float(unsigned x) {
  return std::bit_cast<float>(x);
}
__forceinline__ int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
__forceinline__ float __int_as_float(int x) {
  return std::bit_cast<float>(x);
}

template <class T>
__forceinline__ T __ldg(const T* address) {
  return *address;
}

__forceinline__ float __fmaf_rn(float a, float b, float c) {
  return ::fmaf(a, b, c);
}
__forceinline__ float rsqrtf(float x) {
  return 1.0f / ::sqrtf(x);
}

// Both operands of one type: CUDA has overloads for more, and kernels need none of them.
template <class T>
__forceinline__ constexpr T min(T a, T b) {
  return b < a ? b : a;
}
template <class T>
__forceinline__ constexpr T max(T a, T b) {
  return a < b ? b : a;
}
// As in CUDA, a NaN loses against a number.
__forceinline__ float min(float a, float b) {
  return ::fminf(a, b);
}
__forceinline__ float max(float a, float b) {
  return ::fmaxf(a, b);
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
