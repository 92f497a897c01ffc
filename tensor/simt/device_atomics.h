// CUDA's atomics under their names.
#pragma once

#include "tensor/simt/atomics.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

template <class T, class V>
__forceinline__ T atomicAdd(T* address, V value) {
  return ::impasto::simt::atomic_add(address, static_cast<T>(value));
}
template <class T, class V>
__forceinline__ T atomicMin(T* address, V value) {
  return ::impasto::simt::atomic_min(address, static_cast<T>(value));
}
template <class T, class V>
__forceinline__ T atomicMax(T* address, V value) {
  return ::impasto::simt::atomic_max(address, static_cast<T>(value));
}
template <class T, class V>
__forceinline__ T atomicOr(T* address, V value) {
  return ::impasto::simt::atomic_or(address, static_cast<T>(value));
}
template <class T, class V>
__forceinline__ T atomicAnd(T* address, V value) {
  return ::impasto::simt::atomic_and(address, static_cast<T>(value));
}
template <class T, class V>
__forceinline__ T atomicExch(T* address, V value) {
  return ::impasto::simt::atomic_exchange(address, static_cast<T>(value));
}
template <class T, class E, class V>
__forceinline__ T atomicCAS(T* address, E expected, V value) {
  return ::impasto::simt::atomic_compare(address, static_cast<T>(expected), static_cast<T>(value));
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
