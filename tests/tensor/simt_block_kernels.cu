// Kernels with shared memory and barriers, right ones and wrong ones.
#include "tensor/cuda/kernel.h"
#include "tensor/cuda/warp.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto::simt_test_kernels::IMPASTO_GPU {
namespace {

// Variant 1: without the barrier.
__global__ void reverse_kernel(const int* src, int* dst, int variant) {
  IMPASTO_SHARED(int, tile, [1024]);
  const int threads = static_cast<int>(blockDim.x), i = linear_thread();
  const int first = static_cast<int>(blockIdx.x) * threads;
  tile[i] = src[first + i];
  if (variant == 0) __syncthreads();
  dst[first + i] = tile[threads - 1 - i];
}

// Inclusive sums of a block by doubling. Variants 1, 2: without the first, the second barrier.
__global__ void prefix_kernel(const int* src, int* dst, int variant) {
  IMPASTO_DYNAMIC_SHARED(int, sums);
  const int threads = static_cast<int>(blockDim.x), i = linear_thread();
  const int first = static_cast<int>(blockIdx.x) * threads;
  sums[i] = src[first + i];
  __syncthreads();
  for (int distance = 1; distance < threads; distance *= 2) {
    const int left = i >= distance ? sums[i - distance] : 0;
    if (variant != 1) __syncthreads();
    sums[i] += left;
    if (variant != 2) __syncthreads();
  }
  dst[first + i] = sums[i];
}

// Declarations in functions: each its own slot, in every instance of a template, too.
template <int Value>
__device__ int* tagged() {
  IMPASTO_SHARED(int, tag, [4]);
  if (threadIdx.x == 0) tag[0] = Value;
  return tag;
}
__device__ __forceinline__ int* inlined() {
  IMPASTO_SHARED(int, tag, [4]);
  return tag;
}

__global__ void slots_kernel(int* dst) {
  IMPASTO_SHARED(int, tag, );
  int* one = tagged<1>();
  int* two = tagged<2>();
  int* three = inlined();
  if (threadIdx.x == 0) {
    tag = 4;
    three[0] = 3;
  }
  __syncthreads();
  int* again = inlined();
  dst[64 * blockIdx.x + threadIdx.x] = one[0] + 10 * two[0] + 100 * again[0] + 1000 * tag;
}

__global__ void unwritten_kernel(float* dst) {
  IMPASTO_SHARED(float, tile, [32]);
  IMPASTO_DYNAMIC_SHARED(float, pool);
  const int i = linear_thread();
  if (i == 0) tile[0] = pool[0] = 1.0f;
  __syncthreads();
  dst[i] = tile[i];
  dst[32 + i] = pool[i];
}

__global__ void large_kernel(int* dst) {
  IMPASTO_DYNAMIC_SHARED(char, pool);
  IMPASTO_SHARED(char, large, [40000]);
  large[threadIdx.x] = pool[threadIdx.x] = 1;
  dst[threadIdx.x] = large[threadIdx.x];
}
#ifndef __CUDACC__
__global__ void too_large_kernel(int* dst) {
  IMPASTO_SHARED(char, large, [40000]);
  IMPASTO_SHARED(char, more, [10000]);
  large[threadIdx.x] = more[threadIdx.x] = 1;
  dst[threadIdx.x] = large[threadIdx.x];
}
#endif

// 0: some threads leave before the barrier. 1: some leave after others came to it. 2: two barriers.
__global__ void wrong_barrier_kernel(int variant) {
  const int i = linear_thread();
  if (variant == 0 && i < 3) return;
  if (variant == 1 && i >= 40) return;
  if (variant == 2 && i % 2 == 1) {
    __syncthreads();
    return;
  }
  __syncthreads();
}

// Writes by one past the end of: 0: shared memory, 1: dynamic shared memory, 2: global memory; 3:
// before shared memory.
__global__ void past_the_end_kernel(int* dst, int variant) {
  IMPASTO_SHARED(int, tile, [64]);
  IMPASTO_DYNAMIC_SHARED(int, pool);
  const int i = linear_thread();
  int* const at = tile;  // what UndefinedBehaviorSanitizer does not know the bounds of
  if (variant == 0) at[i + 1] = i;
  if (variant == 1) pool[i + 1] = i;
  if (variant == 2) dst[i + 1] = i;
  if (variant == 3) at[i - 1] = i;
}

// Neighbouring 16-bit and 8-bit stores, which are no race. Variants: 1: threads write what others
// of the block read from global memory; 2: blocks write to the same place; 3: a block reads what
// another writes; 4: threads count without atomics.
__global__ void neighbours_kernel(int* dst, int variant) {
  IMPASTO_SHARED(unsigned short, shorts, [64]);
  IMPASTO_SHARED(unsigned char, bytes, [64]);
  const int i = linear_thread(), block = static_cast<int>(blockIdx.x);
  const int blocks = static_cast<int>(gridDim.x);
  shorts[i] = static_cast<unsigned short>(i);
  bytes[i] = static_cast<unsigned char>(i);
  __syncthreads();
  auto* out = reinterpret_cast<unsigned short*>(dst);
  out[block * 64 + i] = static_cast<unsigned short>(shorts[63 - i] + bytes[i]);
  if (variant == 1) dst[blocks * 32] = out[block * 64 + 63 - i];
  if (variant == 2 && i == 0) dst[blocks * 32] = 1;
  if (variant == 3 && i == 0) dst[blocks * 32 + block] = out[(block + 1) % blocks * 64];
  if (variant == 4 && block == 0) dst[blocks * 32] += 1;
}

__global__ void barriers_kernel(int* dst, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    __syncthreads();
    sum += i;
  }
  dst[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

}  // namespace

void reverse_in_shared(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.reverse", shape.grid[0], shape.block[0]}, reverse_kernel, data.src, data.dst,
         data.variant);
}
void prefix_sums(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.prefix", shape.grid[0], shape.block[0], shape.block[0] * sizeof(int)},
         prefix_kernel, data.src, data.dst, data.variant);
}
void slots(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.slots", 3, 64}, slots_kernel, data.dst);
}
void read_unwritten(const GpuQueue& queue, const Floats& data) {
  launch(queue, {"test.unwritten", 2, 32, 32 * sizeof(float)}, unwritten_kernel, data.dst);
}
void too_much_shared(const GpuQueue& queue, const Integers& data) {
#ifndef __CUDACC__
  if (data.variant == 1) {
    launch(queue, {"test.too_large", 1, 32}, too_large_kernel, data.dst);
    return;
  }
#endif
  // 0: fits; 2: more than there is with the static memory; 3: more than there is.
  const std::size_t bytes = data.variant == 3 ? 300000 : data.variant == 2 ? 200000 : 150000;
  launch(queue, {"test.large", 1, 32, bytes}, large_kernel, data.dst);
}
void wrong_barrier(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.wrong_barrier", 2, 64}, wrong_barrier_kernel, data.variant);
}
void past_the_end(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.past_the_end", 1, 64, 64 * sizeof(int)}, past_the_end_kernel, data.dst,
         data.variant);
}
void neighbours(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.neighbours", shape.grid[0], 64}, neighbours_kernel, data.dst, data.variant);
}
void time_barriers(const GpuQueue& queue, const Shape& shape, const Integers& data) {
  launch(queue, {"test.barriers", shape.grid[0], shape.block[0]}, barriers_kernel, data.dst,
         data.count);
}

}  // namespace impasto::simt_test_kernels::IMPASTO_GPU
