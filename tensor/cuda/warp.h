// Sums over a warp and over a block. The order of additions is fixed by the lanes, so the same bits
// come out every time and in every lane.
#pragma once

#include "tensor/cuda/kernel.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

constexpr unsigned kWholeWarp = 0xffffffffu;

// This thread's place in its block, and in its warp.
__device__ __forceinline__ int linear_thread() {
  return static_cast<int>(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
}
__device__ __forceinline__ int lane_index() {
  return linear_thread() % 32;
}

// The sum over the 32 lanes, in every lane. At each step two lanes exchange what they have, and a +
// b is b + a, so all lanes hold the same bits.
template <class T>
__device__ __forceinline__ T warp_sum(T value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(kWholeWarp, value, distance);
  }
  return value;
}

template <class T>
__device__ __forceinline__ T warp_max(T value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    const T other = __shfl_xor_sync(kWholeWarp, value, distance);
    value = other > value ? other : value;
  }
  return value;
}

// The sum over a block of Threads threads, in every thread; all of them must call it.
template <int Threads, class T>
__device__ __forceinline__ T block_sum(T value) {
  static_assert(Threads % 32 == 0 && Threads <= 1024);
  IMPASTO_SHARED(T, partial, [Threads / 32]);
  value = warp_sum(value);
  const int thread = linear_thread();
  if (thread % 32 == 0) partial[thread / 32] = value;
  __syncthreads();
  T total = partial[0];
  for (int warp = 1; warp < Threads / 32; ++warp) total += partial[warp];
  __syncthreads();  // the next sum writes to `partial` again
  return total;
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
