// Host twins of tensor/cuda/mma.h, with the PTX ISA's fragments. Products are exact; a sum is taken
// in f64 and rounded once, so it agrees with a tensor core's on integers and within its rounding
// elsewhere. Copies finish at the latest moment that their waits allow, in some orders at once.
#pragma once

#include <bit>
#include <cstdint>

#include "tensor/simt/calls.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

__forceinline__ std::uint32_t to_tf32(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return 0x7fffffffu;
  if ((bits & 0x7f800000u) == 0x7f800000u) return bits;
  return (bits + 0x1000u) & 0xffffe000u;
}

__forceinline__ void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                      const std::uint32_t (&b)[2],
                                      Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::mma_m16n8k8_tf32({d, a, b}, where);
}
__forceinline__ void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                       const std::uint32_t (&b)[2],
                                       Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::mma_m16n8k16_bf16({d, a, b}, where);
}
__forceinline__ void mma_m16n8k16_f16(float (&d)[4], const std::uint32_t (&a)[4],
                                      const std::uint32_t (&b)[2],
                                      Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::mma_m16n8k16_f16({d, a, b}, where);
}

__forceinline__ void ldmatrix_x4(std::uint32_t (&r)[4], const void* row,
                                 Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::load_matrices(r, row, false, where);
}
__forceinline__ void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row,
                                       Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::load_matrices(r, row, true, where);
}

__forceinline__ void cp_async_16(void* shared, const void* source, int source_bytes = 16,
                                 Where where = {__builtin_FILE(), __builtin_LINE()}) {
  ::impasto::simt::copy_async({shared, source, source_bytes}, where);
}
__forceinline__ void cp_async_commit() {
  ::impasto::simt::copy_async_commit();
}
template <int Pending>
__forceinline__ void cp_async_wait() {
  ::impasto::simt::copy_async_wait(Pending);
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
