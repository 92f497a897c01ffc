// Sums down the columns of matrices, in an order that only their shape decides: a block takes some
// columns, side by side so that its loads are whole cache lines, and a run of rows; its threads of
// one column join in shared memory. The runs of a column are added up, in order, by a warp of
// whatever kernel comes next (column_total), which usually has more to compute from the sum.
//
// Shared by row sums and normalisation. Bound by memory.
#pragma once

#include "ops/reduce/cuda_columns.h"
#include "tensor/cuda/kernel.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

constexpr int kColumnThreads = 256;

// partials [picture, chunk, kSums, cols]. term(picture, row, col, sums) adds to its kSums sums.
template <int kColumns, unsigned kSums, class Term>
__global__ void __launch_bounds__(kColumnThreads)
    column_partials_kernel(Term term, ColumnShape s, double* partials) {
  constexpr int kLanes = kColumnThreads / kColumns;  // rows at a time
  IMPASTO_SHARED(double, tile, [kSums][kColumnThreads]);
  const int thread = static_cast<int>(threadIdx.x), lane = thread / kColumns;
  const std::int64_t col = static_cast<std::int64_t>(blockIdx.x) * kColumns + thread % kColumns;
  const std::int64_t picture = blockIdx.z, chunk = blockIdx.y, chunks = gridDim.y;
  double sums[kSums] = {};
  if (col < s.cols) {
    const std::int64_t end = s.rows * (chunk + 1) / chunks;
    for (std::int64_t row = s.rows * chunk / chunks + lane; row < end; row += kLanes) {
      term(picture, row, col, sums);
    }
  }
  for (unsigned k = 0; k < kSums; ++k) tile[k][thread] = sums[k];
  for (int half = kLanes / 2; half > 0; half /= 2) {
    __syncthreads();  // what this step reads has been written by the one before
    if (lane >= half) continue;
    for (unsigned k = 0; k < kSums; ++k) tile[k][thread] += tile[k][thread + half * kColumns];
  }
  if (lane != 0 || col >= s.cols) return;
  double* to = partials + (picture * chunks + chunk) * kSums * s.cols + col;
  for (unsigned k = 0; k < kSums; ++k) to[k * s.cols] = tile[k][thread];
}

// Where a warp finds the partial sums of all columns.
struct ColumnPartials {
  const double* partials;
  std::int64_t chunks, sums, cols;
};

// The sum number `k` of a column; all lanes of a warp call it and get it.
__device__ __forceinline__ double column_total(const ColumnPartials& p, std::int64_t picture,
                                               std::int64_t k, std::int64_t col) {
  double total = 0;
  for (std::int64_t chunk = threadIdx.x % 32; chunk < p.chunks; chunk += 32) {
    total += p.partials[((picture * p.chunks + chunk) * p.sums + k) * p.cols + col];
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    total += __shfl_xor_sync(~0u, total, distance);
  }
  return total;
}

template <unsigned kSums, class Term>
ColumnPartials column_partials(const GpuQueue& queue, const char* id, const Term& term,
                               const ColumnShape& s, double* partials) {
  const std::int64_t chunks = column_chunks(s), width = columns_of_block(s);
  const dim3 grid(static_cast<unsigned>((s.cols + width - 1) / width),
                  static_cast<unsigned>(chunks), static_cast<unsigned>(s.pictures));
  if (s.pictures == 0) {
    // Nothing to add, and no grid of no blocks.
  } else if (width == kWideColumns) {
    launch(queue, {id, grid, kColumnThreads}, column_partials_kernel<kWideColumns, kSums, Term>,
           term, s, partials);
  } else {
    launch(queue, {id, grid, kColumnThreads}, column_partials_kernel<kNarrowColumns, kSums, Term>,
           term, s, partials);
  }
  return {partials, chunks, kSums, s.cols};
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
