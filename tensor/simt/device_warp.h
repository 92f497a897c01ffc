// Barriers and warp collectives under CUDA's names.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "tensor/simt/calls.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

constexpr int warpSize = 32;

using Where = ::impasto::simt::Where;  // by default the line that calls

__forceinline__ void __syncthreads(Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::sync_threads(where);
}
__forceinline__ void __syncwarp(unsigned mask = 0xffffffffu,
                                Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::sync_lanes(mask, where);
}
__forceinline__ void __threadfence() {
  ::impasto::simt::thread_fence();
}
__forceinline__ void __threadfence_block() {
  ::impasto::simt::thread_fence();
}

__forceinline__ unsigned __ballot_sync(unsigned mask, int predicate,
                                       Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return ::impasto::simt::ballot(mask, predicate != 0, where);
}
__forceinline__ int __any_sync(unsigned mask, int predicate,
                               Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return ::impasto::simt::ballot(mask, predicate != 0, where) != 0;
}
__forceinline__ int __all_sync(unsigned mask, int predicate,
                               Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return ::impasto::simt::ballot(mask, predicate != 0, where) == mask;
}

template <class T>
__forceinline__ T shuffle_value(const ::impasto::simt::ShuffleCall& call, T value) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8));
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<T>(
      static_cast<Bits>(::impasto::simt::shuffle(call, std::bit_cast<Bits>(value))));
}

template <class T>
__forceinline__ T __shfl_sync(unsigned mask, T value, int lane, int width = 32,
                              Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return shuffle_value<T>({mask, ::impasto::simt::Shuffle::index, lane, width, where}, value);
}
template <class T>
__forceinline__ T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32,
                                 Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return shuffle_value<T>(
      {mask, ::impasto::simt::Shuffle::up, static_cast<int>(distance), width, where}, value);
}
template <class T>
__forceinline__ T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32,
                                   Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return shuffle_value<T>(
      {mask, ::impasto::simt::Shuffle::down, static_cast<int>(distance), width, where}, value);
}
template <class T>
__forceinline__ T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                                  Where where = {__builtin_FILE(), __builtin_LINE()}) {
  return shuffle_value<T>({mask, ::impasto::simt::Shuffle::exclusive_or, bits, width, where},
                          value);
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
