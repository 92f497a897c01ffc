// Tensor cores and what feeds them: PTX of sm_80 and later in named wrappers, each with a host twin
// in tensor/simt/mma.h. Collectives of a whole warp, except cp_async_*.
//
// Fragments, with g = lane / 4 and t = lane % 4 (PTX ISA, "Matrix fragments for mma"):
//
//   d of every shape, 16 x 8:   d[0], d[1]: row g, columns 2t, 2t + 1;   d[2], d[3]: row g + 8
//   m16n8k8 tf32     a[0..3]: rows g, g + 8, g, g + 8, columns t, t, t + 4, t + 4
//                    b[0..1]: rows t, t + 4, column g
//   m16n8k16 16-bit  a[0..3]: rows g, g + 8, g, g + 8, columns 2t, 2t + 1 (a[2], a[3]: + 8), low
//   half
//                    first;  b[0..1]: rows 2t, 2t + 1 (b[1]: + 8), column g, low half first
//   ldmatrix_x4      lanes 8i .. 8i + 7 give the rows of matrix i, 8 x 8 of 16 bits each; r[i] is
//   row g,
//                    columns 2t, 2t + 1 of it; transposed: rows 2t, 2t + 1, column g
#pragma once

#include "tensor/cuda/kernel.h"

#ifdef __CUDACC__

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

// Rounds to the 10 bits of mantissa that tensor cores read of an f32: nearest, ties away from zero.
__device__ __forceinline__ std::uint32_t to_tf32(float value) {
  std::uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}

// d += a b
__device__ __forceinline__ void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                                 const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ __forceinline__ void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                                  const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ __forceinline__ void mma_m16n8k16_f16(float (&d)[4], const std::uint32_t (&a)[4],
                                                 const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ unsigned shared_address(const void* pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

// `row` is in shared memory and 16-byte aligned.
__device__ __forceinline__ void ldmatrix_x4(std::uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}
__device__ __forceinline__ void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

// Copies 16 bytes to shared memory without waiting, both ends 16-byte aligned; of the source only
// `source_bytes` are read, the rest becomes zero.
__device__ __forceinline__ void cp_async_16(void* shared, const void* source,
                                            int source_bytes = 16) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
               "l"(source), "r"(source_bytes)
               : "memory");
}
// Closes a group of this thread's copies; waits until all but the newest Pending groups are done.
// Other threads see the copies after the next barrier.
__device__ __forceinline__ void cp_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int Pending>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu

#else
#include "tensor/simt/mma.h"
#endif
