// Kernels without shared memory: where threads are, global memory, atomics, arithmetic.
#include "tensor/cuda/half.h"
#include "tensor/cuda/kernel.h"
#include "tensor/cuda/warp.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto::simt_test_kernels::IMPASTO_GPU {
namespace {

dim3 grid_of(const Shape& shape) {
  return dim3(shape.grid[0], shape.grid[1], shape.grid[2]);
}
dim3 block_of(const Shape& shape) {
  return dim3(shape.block[0], shape.block[1], shape.block[2]);
}

__device__ __forceinline__ unsigned linear_block() {
  return blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
}
__device__ __forceinline__ unsigned threads_of_block() {
  return blockDim.x * blockDim.y * blockDim.z;
}
__device__ __forceinline__ int global_thread() {
  return static_cast<int>(linear_block() * threads_of_block()) + linear_thread();
}

__global__ void count_kernel(int* counts, int count) {
  const int i = global_thread();
  if (i < count) counts[i] += 1;
}

// 1000 for each step of thread (x, y, z) and block (x, y, z) in its own digit.
__global__ void number_kernel(int* dst) {
  dst[global_thread()] =
      static_cast<int>(threadIdx.x + 10 * threadIdx.y + 100 * threadIdx.z + 1000 * blockIdx.x +
                       10000 * blockIdx.y + 100000 * blockIdx.z);
}

__global__ void __launch_bounds__(128)
    vectors_kernel(const float4* __restrict__ src, float4* __restrict__ dst, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= count) return;
  const float4 v = __ldg(src + i);
  dst[i] = make_float4(v.w, fmaf(v.z, 2.0f, 1.0f), max(v.y, 0.0f), min(v.x, 3.0f));
}

__global__ void scalars_kernel(int* dst) {
  dst[0] = __popc(0xf0f0u);
  dst[1] = __clz(1);
  dst[2] = __ffs(8);
  dst[3] =
      static_cast<int>(__brev(0x80000001u) == 0x80000001u) + static_cast<int>(__brev(2u) >> 30);
  dst[4] = __float_as_int(1.0f);
  dst[5] = static_cast<int>(__uint_as_float(0x40000000u));
  dst[6] = max(3, 7) + min(3u, 7u);
  dst[7] = static_cast<int>(rsqrtf(0.25f) + sqrtf(4.0f) + fabsf(-1.0f));
  dst[8] = warpSize;
}

__global__ void atomics_kernel(int* out) {
  const int i = global_thread();
  atomicAdd(out, 1);
  atomicAdd(reinterpret_cast<unsigned*>(out + 1), 2u);
  atomicAdd(reinterpret_cast<float*>(out + 2), 0.5f);
  atomicMax(out + 3, i);
  atomicMin(out + 4, -i);
  if (atomicCAS(out + 5, 0, 1) == 0) out[6] = atomicExch(out + 7, 5);
  atomicAdd(reinterpret_cast<double*>(out + 8), 0.25);
  atomicAdd(reinterpret_cast<unsigned long long*>(out + 10), 1ull << 33);
}

// Each block leaves a number; the last one to end adds them. Variant 1: without the fence, a race.
__global__ void last_block_kernel(int* partial, int* ticket, int* total, int variant) {
  const int block = static_cast<int>(blockIdx.x), blocks = static_cast<int>(gridDim.x);
  IMPASTO_SHARED(int, is_last, );
  if (threadIdx.x == 0) {
    partial[block] = block + 1;
    if (variant == 0) __threadfence();
    is_last = atomicAdd(ticket, 1) == blocks - 1 ? 1 : 0;
    if (variant == 0) __threadfence();
  }
  __syncthreads();
  if (is_last != 0 && threadIdx.x == 0) {
    int sum = 0;
    for (int i = 0; i < blocks; ++i) sum += partial[i];
    *total = sum;
  }
}

#ifndef __CUDACC__
__global__ void throwing_kernel(int thread) {
  if (linear_thread() == thread) throw 42;
  __syncthreads();
}
#endif

__global__ void halves_kernel(const float* src, float* dst, int count) {
  const int i = global_thread();
  if (i >= count) return;
  dst[i] = bf16_value(bf16_bits(src[i]));
  dst[count + i] = f16_value(f16_bits(src[i]));
  const unsigned pair = pack_bf16(src[i], 1.0f), other = pack_f16(2.0f, src[i]);
  dst[2 * count + i] = bf16_value(static_cast<unsigned short>(pair & 0xffffu)) +
                       bf16_value(static_cast<unsigned short>(pair >> 16));
  dst[3 * count + i] = f16_value(static_cast<unsigned short>(other & 0xffffu)) +
                       f16_value(static_cast<unsigned short>(other >> 16));
}

}  // namespace

void count_threads(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.count", grid_of(shape), block_of(shape)}, count_kernel, data.dst,
         data.count);
}
void number_threads(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.number", grid_of(shape), block_of(shape)}, number_kernel, data.dst);
}
void copy_vectors(const GpuQueue& queue, const Floats& data) {
  const unsigned blocks = static_cast<unsigned>((data.count + 127) / 128);
  launch(queue, {"test.vectors", blocks, 128}, vectors_kernel,
         reinterpret_cast<const float4*>(data.src), reinterpret_cast<float4*>(data.dst),
         data.count);
}
void scalars(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.scalars", 1, 1}, scalars_kernel, data.dst);
}
void atomics(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.atomics", grid_of(shape), block_of(shape)}, atomics_kernel, data.dst);
}
void last_block(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.last_block", grid_of(shape), block_of(shape)}, last_block_kernel,
         data.dst + 2, data.dst, data.dst + 1, data.variant);
}
void throwing(const GpuQueue& queue, const Shape& shape, const Integers& data) {
#ifdef __CUDACC__
  static_cast<void>(queue), static_cast<void>(shape), static_cast<void>(data);
#else
  launch(queue, {"test.throwing", grid_of(shape), block_of(shape)}, throwing_kernel, data.variant);
#endif
}
void halves(const GpuQueue& queue, const Floats& data) {
  launch(queue, {"test.halves", static_cast<unsigned>((data.count + 63) / 64), 64}, halves_kernel,
         data.src, data.dst, data.count);
}

}  // namespace impasto::simt_test_kernels::IMPASTO_GPU
