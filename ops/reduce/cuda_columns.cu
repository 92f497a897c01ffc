// Sums of rows: column by column in double, runs of rows over the blocks, joined in order
// (cuda_columns.cuh). Bound by memory: 4 bytes an f32 element.
#include "ops/reduce/cuda_columns.cuh"
#include "ops/reduce/cuda_kernels.h"

namespace impasto::reduce_kernels::IMPASTO_GPU {
namespace {

template <class T>
struct Element {
  const T* a;
  std::int64_t cols;

  __device__ __forceinline__ void operator()(std::int64_t, std::int64_t row, std::int64_t col,
                                             double* sum) const {
    *sum += static_cast<double>(a[row * cols + col]);
  }
};

constexpr int kWarps = kColumnThreads / 32;

// A warp a column.
template <class T>
__global__ void __launch_bounds__(kColumnThreads) totals_kernel(ColumnPartials partials, T* dst) {
  const std::int64_t col = static_cast<std::int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  if (col >= partials.cols) return;
  const double total = column_total(partials, 0, 0, col);
  if (threadIdx.x % 32 == 0) dst[col] = static_cast<T>(total);
}

}  // namespace

template <class T>
void rows(const GpuQueue& queue, const ReduceRowsLaunch<T>& args) {
  if (args.cols == 0) return;
  const ColumnPartials partials =
      column_partials<1>(queue, "reduce.rows.cuda.columns", Element<T>{args.a, args.cols},
                         {1, args.rows, args.cols}, args.partials);
  launch(queue,
         {"reduce.rows.cuda.columns", static_cast<unsigned>((args.cols + kWarps - 1) / kWarps),
          kColumnThreads},
         totals_kernel<T>, partials, args.dst);
}

template void rows(const GpuQueue&, const ReduceRowsLaunch<float>&);
template void rows(const GpuQueue&, const ReduceRowsLaunch<double>&);

}  // namespace impasto::reduce_kernels::IMPASTO_GPU
