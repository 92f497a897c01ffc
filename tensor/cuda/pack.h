// What kernels that stream through memory share: packs of four elements, read and written 16 bytes
// at a time, and the walk of a grid over them. A GPU reaches its memory's speed only when each
// instruction asks for much of it.
#pragma once

#include <cstdint>

#include "tensor/cuda/kernel.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

constexpr int kPack = 4;               // elements
constexpr int kPackThreads = 256;      // of a block
constexpr unsigned kMaxBlocks = 4096;  // 4 million elements a round: some rounds for every GPU

template <class T, int N = kPack>
struct alignas(N == 1 ? sizeof(T) : 16) Pack {
  T v[static_cast<std::size_t>(N)];
};

// May packs begin at every `N`th element of these pointers? Tensors begin where they may; the
// slices of a tensor need not. nullptr, an operand that is not there, is aligned.
template <class... T>
bool packs_fit(const T*... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % 16 == 0) && ...);
}

template <int N, class T>
__device__ __forceinline__ Pack<T, N> load_pack(const T* from, bool aligned) {
  if (aligned) return *reinterpret_cast<const Pack<T, N>*>(from);
  Pack<T, N> pack;
  for (int k = 0; k < N; ++k) pack.v[k] = from[k];
  return pack;
}

template <int N, class T>
__device__ __forceinline__ void store_pack(T* to, const Pack<T, N>& pack, bool aligned) {
  if (aligned) {
    *reinterpret_cast<Pack<T, N>*>(to) = pack;
  } else {
    for (int k = 0; k < N; ++k) to[k] = pack.v[k];
  }
}

// The first `count` of a pack, the others being 0 and not read: for the end of a tensor.
template <class T>
__device__ __forceinline__ Pack<T> load_some(const T* from, int count, bool aligned) {
  if (count == kPack) return load_pack<kPack>(from, aligned);
  Pack<T> pack;
  for (int k = 0; k < kPack; ++k) pack.v[k] = k < count ? from[k] : T{0};
  return pack;
}

template <class T>
__device__ __forceinline__ void store_some(T* to, const Pack<T>& pack, int count, bool aligned) {
  if (count == kPack) return store_pack<kPack>(to, pack, aligned);
  for (int k = 0; k < kPack; ++k) {
    if (k < count) to[k] = pack.v[k];
  }
}

// Blocks for so many threads' worth of work: the problem alone decides, never the GPU.
inline unsigned blocks_for(std::int64_t threads) {
  const std::int64_t blocks = (threads + kPackThreads - 1) / kPackThreads;
  return blocks < kMaxBlocks ? static_cast<unsigned>(blocks) : kMaxBlocks;
}
inline unsigned blocks_for_packs(std::int64_t elements) {
  return blocks_for((elements + kPack - 1) / kPack);
}

__device__ __forceinline__ std::int64_t thread_of_grid() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ std::int64_t threads_of_grid() {
  return static_cast<std::int64_t>(gridDim.x) * blockDim.x;
}

// Calls body(first element, how many of the pack) for this thread's packs of [0, count).
template <class Body>
__device__ __forceinline__ void for_packs(std::int64_t count, Body body) {
  const std::int64_t step = threads_of_grid() * kPack;
  for (std::int64_t i = thread_of_grid() * kPack; i < count; i += step) {
    body(i, count - i < kPack ? static_cast<int>(count - i) : kPack);
  }
}

// Calls body(unit) for this thread's units of [0, count): where an index is taken apart, which
// costs several times less in 32 bits. count < 2^31.
template <class Body>
__device__ __forceinline__ void for_units(std::int64_t count, Body body) {
  for (std::int64_t i = thread_of_grid(); i < count; i += threads_of_grid()) {
    body(static_cast<unsigned>(i));
  }
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
