// Reductions in an order that only the problem decides, on a GPU: the blocks of a grid whose size
// follows from the count each join what their threads met into one partial result, and a single
// block joins those in order. No atomics, so the same bits come out every time.
//
// Shared by the reductions and by the losses; ordered.h is the same for the processor.
#pragma once

#include "ops/reduce/cuda_partials.h"
#include "tensor/cuda/pack.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

// How two partial results become one. 0 is the neutral element of both, and the operands may change
// places.
struct Add {
  __device__ __forceinline__ double operator()(double a, double b) const { return a + b; }
};
struct AbsMax {  // of values >= 0; NaN once either is
  __device__ __forceinline__ double operator()(double a, double b) const {
    return b > a || b != b ? b : a;
  }
};

constexpr int kReduceThreads = 256;

// Joins one value a thread of a block of kReduceThreads; the result is thread 0's. All must call
// it, and `scratch` may not be in use.
template <class Join>
__device__ __forceinline__ double join_block(double value, double* scratch) {  // [warps]
  const Join join;
  for (int distance = 16; distance > 0; distance /= 2) {
    value = join(value, __shfl_xor_sync(~0u, value, distance));
  }
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = value;
  __syncthreads();  // every warp's value is there
  if (threadIdx.x == 0) {
    for (int warp = 1; warp < kReduceThreads / 32; ++warp) value = join(value, scratch[warp]);
  }
  return value;
}

// partials[block] = all that term(value so far, first element, how many of the pack) joins.
template <class Join, class Term>
__global__ void __launch_bounds__(kReduceThreads)
    partials_kernel(Term term, std::int64_t count, double* partials) {
  IMPASTO_SHARED(double, scratch, [kReduceThreads / 32]);
  double value = 0;
  for_packs(count, [&](std::int64_t i, int n) { value = term(value, i, n); });
  value = join_block<Join>(value, scratch);
  if (threadIdx.x == 0) partials[blockIdx.x] = value;
}

// value = factor * joined / divisor, in this order: what a mean of integers needs to be exact.
struct Finish {
  double* value;
  double factor = 1;
  double divisor = 1;
};

template <class Join>
__global__ void __launch_bounds__(kReduceThreads)
    finish_kernel(const double* partials, int count, Finish finish) {
  IMPASTO_SHARED(double, scratch, [kReduceThreads / 32]);
  double value = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += kReduceThreads) {
    value = Join()(value, partials[i]);
  }
  value = join_block<Join>(value, scratch);
  if (threadIdx.x == 0) *finish.value = finish.factor * value / finish.divisor;
}

template <class Join>
void join_partials(const GpuQueue& queue, const double* partials, unsigned count,
                   const Finish& finish) {
  launch(queue, {"ordered.finish", 1, kReduceThreads}, finish_kernel<Join>, partials,
         static_cast<int>(count), finish);
}

// Some rounds for each thread, so that what joining costs is little beside them.
inline unsigned partials_for(std::int64_t work, std::int64_t work_of_block) {
  const std::int64_t blocks = (work + work_of_block - 1) / work_of_block;
  return blocks < kMaxPartials ? static_cast<unsigned>(blocks) : kMaxPartials;
}

// A reduction of `count` elements; `partials` has room for kMaxPartials.
template <class Join, class Term>
void reduce_packs(const GpuQueue& queue, const char* id, const Term& term, std::int64_t count,
                  double* partials, const Finish& finish) {
  const unsigned blocks = partials_for(count, 4 * kReduceThreads * kPack);
  if (blocks > 0) {
    launch(queue, {id, blocks, kReduceThreads}, partials_kernel<Join, Term>, term, count, partials);
  }
  join_partials<Join>(queue, partials, blocks, finish);
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
