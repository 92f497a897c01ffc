// What a warp does with fragments of 8 words of 32 bits, for each math: f32 rounded to tf32, three
// such products for one of f32, and 16-bit numbers.
#pragma once

#include "ops/conv2d/cuda_kernels.h"
#include "tensor/cuda/half.h"
#include "tensor/cuda/mma.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

// One step of 8 words: kMt x kNt products of fragments.
template <int kMt, int kNt>
struct MmaSums {
  float of[kMt][kNt][4];
};

__device__ __forceinline__ float tf32_rest(std::uint32_t value, std::uint32_t rounded) {
  return __uint_as_float(value) - __uint_as_float(rounded);
}

// f32 operands rounded to 11 bits.
struct Tf32 {
  static constexpr GpuElement kElement = GpuElement::f32;

  template <int kMt, int kNt>
  static __device__ __forceinline__ void step(std::uint32_t (&a)[kMt][4],
                                              std::uint32_t (&b)[kNt][2], MmaSums<kMt, kNt>& sums) {
#pragma unroll
    for (int n = 0; n < kNt; ++n) {
      for (std::uint32_t& word : b[n]) word = to_tf32(__uint_as_float(word));
    }
#pragma unroll
    for (int m = 0; m < kMt; ++m) {
      for (std::uint32_t& word : a[m]) word = to_tf32(__uint_as_float(word));
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k8_tf32(sums.of[m][n], a[m], b[n]);
    }
  }
};

// Three products of 11 bits for one of 22: what rounding takes from an operand is multiplied, too.
// The product of both rests is below f32's rounding. An infinity becomes NaN.
struct Tf32x3 {
  static constexpr GpuElement kElement = GpuElement::f32;

  template <int kMt, int kNt>
  static __device__ __forceinline__ void step(std::uint32_t (&a)[kMt][4],
                                              std::uint32_t (&b)[kNt][2], MmaSums<kMt, kNt>& sums) {
    std::uint32_t b_rest[kNt][2];
#pragma unroll
    for (int n = 0; n < kNt; ++n) {
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        const std::uint32_t value = b[n][k];
        b[n][k] = to_tf32(__uint_as_float(value));
        b_rest[n][k] = to_tf32(tf32_rest(value, b[n][k]));
      }
    }
#pragma unroll
    for (int m = 0; m < kMt; ++m) {
      std::uint32_t a_rest[4];
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        const std::uint32_t value = a[m][k];
        a[m][k] = to_tf32(__uint_as_float(value));
        a_rest[k] = to_tf32(tf32_rest(value, a[m][k]));
      }
      // Small terms first; a round over n between two products of one sum.
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k8_tf32(sums.of[m][n], a_rest, b[n]);
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k8_tf32(sums.of[m][n], a[m], b_rest[n]);
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k8_tf32(sums.of[m][n], a[m], b[n]);
    }
  }
};

struct Bf16 {
  static constexpr GpuElement kElement = GpuElement::bf16;

  static __device__ __forceinline__ std::uint32_t pack(float low, float high) {
    return pack_bf16(low, high);
  }
  template <int kMt, int kNt>
  static __device__ __forceinline__ void step(std::uint32_t (&a)[kMt][4],
                                              std::uint32_t (&b)[kNt][2], MmaSums<kMt, kNt>& sums) {
#pragma unroll
    for (int m = 0; m < kMt; ++m) {
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k16_bf16(sums.of[m][n], a[m], b[n]);
    }
  }
};

struct F16 {
  static constexpr GpuElement kElement = GpuElement::f16;

  static __device__ __forceinline__ std::uint32_t pack(float low, float high) {
    return pack_f16(low, high);
  }
  template <int kMt, int kNt>
  static __device__ __forceinline__ void step(std::uint32_t (&a)[kMt][4],
                                              std::uint32_t (&b)[kNt][2], MmaSums<kMt, kNt>& sums) {
#pragma unroll
    for (int m = 0; m < kMt; ++m) {
#pragma unroll
      for (int n = 0; n < kNt; ++n) mma_m16n8k16_f16(sums.of[m][n], a[m], b[n]);
    }
  }
};

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
