// Instance normalisation: statistics are sums down the columns of [pixels, channels], in double and
// in an order that the shape decides (ops/reduce/cuda_columns.cuh). The variance is that of the
// centred values, a pass of its own: the mean of squares less the square of the mean cancels where
// the mean is large. What a kernel leaves as partial sums, a warp a channel of the next one
// finishes.
//
// Bound by memory, in passes over maps: forward reads src three times and writes dst, backward
// reads src and grad_dst twice and writes grad_src.
#include "ops/normalize/cuda_kernels.h"
#include "ops/reduce/cuda_columns.cuh"
#include "tensor/cuda/pack.h"

namespace impasto::normalize_kernels::IMPASTO_GPU {
namespace {

constexpr int kWarps = kColumnThreads / 32;

// This warp's column, of those of all pictures.
__device__ __forceinline__ std::int64_t column_of_warp() {
  return static_cast<std::int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
}
unsigned blocks_of_warps(std::int64_t columns) {
  return static_cast<unsigned>((columns + kWarps - 1) / kWarps);
}

// Pixel `row` of a picture, channel `col`, among all elements.
__device__ __forceinline__ std::int64_t element(const ColumnShape& s, std::int64_t picture,
                                                std::int64_t row, std::int64_t col) {
  return (picture * s.rows + row) * s.cols + col;
}

template <class T>
struct Values {
  const T* src;
  ColumnShape s;
  __device__ __forceinline__ void operator()(std::int64_t picture, std::int64_t row,
                                             std::int64_t col, double* sum) const {
    *sum += static_cast<double>(src[element(s, picture, row, col)]);
  }
};

template <class T>
struct CentredSquares {
  const T* src;
  const double* means;
  ColumnShape s;
  __device__ __forceinline__ void operator()(std::int64_t picture, std::int64_t row,
                                             std::int64_t col, double* sum) const {
    const double centred =
        static_cast<double>(src[element(s, picture, row, col)]) - means[picture * s.cols + col];
    *sum += centred * centred;
  }
};

// Of gradients, and of gradients times centred values.
template <class T>
struct Gradients {
  const T *src, *grad, *mean;
  ColumnShape s;
  __device__ __forceinline__ void operator()(std::int64_t picture, std::int64_t row,
                                             std::int64_t col, double* sums) const {
    const std::int64_t e = element(s, picture, row, col);
    const double g = static_cast<double>(grad[e]);
    sums[0] += g;
    sums[1] +=
        g * (static_cast<double>(src[e]) - static_cast<double>(mean[picture * s.cols + col]));
  }
};

template <class T>
__global__ void __launch_bounds__(kColumnThreads)
    means_kernel(NormForwardLaunch<T> a, ColumnPartials sums) {
  const std::int64_t column = column_of_warp(), c = a.shape.cols;
  if (column >= a.shape.pictures * c) return;
  const double mean =
      column_total(sums, column / c, 0, column % c) / static_cast<double>(a.shape.rows);
  if (threadIdx.x % 32 != 0) return;
  a.means[column] = mean;
  a.mean[column] = static_cast<T>(mean);
}

template <class T>
__global__ void __launch_bounds__(kColumnThreads)
    deviations_kernel(NormForwardLaunch<T> a, ColumnPartials squares) {
  const std::int64_t column = column_of_warp(), c = a.shape.cols;
  if (column >= a.shape.pictures * c) return;
  const double variance =
      column_total(squares, column / c, 0, column % c) / static_cast<double>(a.shape.rows);
  if (threadIdx.x % 32 == 0) a.rstd[column] = static_cast<T>(1 / sqrt(variance + a.epsilon));
}

// Calls body(first element, its channel among those of all pictures, its channel) for units of N
// channels. A picture's blocks are a row of the grid, so that only the unit is taken apart.
template <int N, class Body>
__device__ __forceinline__ void for_channels(const ColumnShape& s, Body body) {
  const std::int64_t picture = blockIdx.y;
  const auto c = static_cast<unsigned>(s.cols / N);
  for_units(s.rows * c, [&](unsigned unit) {
    const std::int64_t channel = static_cast<std::int64_t>(unit % c) * N;
    body((picture * s.rows * c + unit) * N, picture * s.cols + channel, channel);
  });
}
LaunchShape shape_of_channels(const char* id, const ColumnShape& s) {
  const std::int64_t units = s.rows * (s.cols % kPack == 0 ? s.cols / kPack : s.cols);
  return {id, dim3(blocks_for(units), static_cast<unsigned>(s.pictures)), kPackThreads};
}

template <int N, class T>
__global__ void __launch_bounds__(kPackThreads) apply_kernel(NormForwardLaunch<T> a, bool aligned) {
  for_channels<N>(a.shape, [&](std::int64_t e, std::int64_t column, std::int64_t channel) {
    Pack<T, N> x = load_pack<N>(a.src + e, aligned);
    const Pack<T, N> mean = load_pack<N>(a.mean + column, aligned);
    const Pack<T, N> rstd = load_pack<N>(a.rstd + column, aligned);
    const Pack<T, N> gamma = load_pack<N>(a.gamma + channel, aligned);
    const Pack<T, N> beta = load_pack<N>(a.beta + channel, aligned);
    for (int k = 0; k < N; ++k) {
      x.v[k] = (x.v[k] - mean.v[k]) * (gamma.v[k] * rstd.v[k]) + beta.v[k];
    }
    store_pack<N>(a.dst + e, x, aligned);
  });
}

// A warp a channel: the gradients of gain and shift over all pictures, and for each picture the
// mean gradient and its slope along the centred values, which are to be taken out.
template <class T>
__global__ void __launch_bounds__(kColumnThreads)
    removed_kernel(NormBackwardLaunch<T> a, ColumnPartials sums) {
  const std::int64_t col = column_of_warp(), c = a.shape.cols;
  if (col >= c) return;
  const double pixels = static_cast<double>(a.shape.rows);
  double grad_gamma = 0, grad_beta = 0;
  for (std::int64_t n = 0; n < a.shape.pictures; ++n) {
    const double sum = column_total(sums, n, 0, col), product = column_total(sums, n, 1, col);
    const double rstd = static_cast<double>(a.rstd[n * c + col]);
    grad_beta += sum;
    grad_gamma += product * rstd;
    if (threadIdx.x % 32 != 0) continue;
    a.removed[n * 2 * c + col] = static_cast<T>(sum / pixels);
    a.removed[(n * 2 + 1) * c + col] = static_cast<T>(product * rstd * rstd / pixels);
  }
  if (threadIdx.x % 32 != 0) return;
  a.grad_gamma[col] = static_cast<T>(grad_gamma);
  a.grad_beta[col] = static_cast<T>(grad_beta);
}

template <int N, class T>
__global__ void __launch_bounds__(kPackThreads)
    grad_src_kernel(NormBackwardLaunch<T> a, bool aligned) {
  const std::int64_t c = a.shape.cols;
  for_channels<N>(a.shape, [&](std::int64_t e, std::int64_t column, std::int64_t channel) {
    const T* removed = a.removed + 2 * column - channel;  // of its picture and channel
    const Pack<T, N> x = load_pack<N>(a.src + e, aligned);
    Pack<T, N> grad = load_pack<N>(a.grad_dst + e, aligned);
    const Pack<T, N> mean = load_pack<N>(a.mean + column, aligned);
    const Pack<T, N> rstd = load_pack<N>(a.rstd + column, aligned);
    const Pack<T, N> gamma = load_pack<N>(a.gamma + channel, aligned);
    const Pack<T, N> offset = load_pack<N>(removed, aligned);
    const Pack<T, N> slope = load_pack<N>(removed + c, aligned);
    for (int k = 0; k < N; ++k) {
      const T excess = offset.v[k] + (x.v[k] - mean.v[k]) * slope.v[k];
      grad.v[k] = (gamma.v[k] * rstd.v[k]) * (grad.v[k] - excess);
    }
    store_pack<N>(a.grad_src + e, grad, aligned);
  });
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const NormForwardLaunch<T>& a) {
  const ColumnShape& s = a.shape;
  const char* id = "instance_norm.fwd.cuda.columns";
  if (s.pictures * s.cols == 0) return;
  const LaunchShape warps{id, blocks_of_warps(s.pictures * s.cols), kColumnThreads};
  const ColumnPartials sums = column_partials<1>(queue, id, Values<T>{a.src, s}, s, a.partials);
  launch(queue, warps, means_kernel<T>, a, sums);
  const ColumnPartials squares =
      column_partials<1>(queue, id, CentredSquares<T>{a.src, a.means, s}, s, a.partials);
  launch(queue, warps, deviations_kernel<T>, a, squares);
  launch(queue, shape_of_channels(id, s),
         s.cols % kPack == 0 ? apply_kernel<kPack, T> : apply_kernel<1, T>, a,
         packs_fit(a.src, a.dst, a.mean, a.rstd, a.gamma, a.beta));
}

template <class T>
void backward(const GpuQueue& queue, const NormBackwardLaunch<T>& a) {
  const ColumnShape& s = a.shape;
  const char* id = "instance_norm.bwd.cuda.columns";
  if (s.cols == 0) return;
  const ColumnPartials sums =
      column_partials<2>(queue, id, Gradients<T>{a.src, a.grad_dst, a.mean, s}, s, a.partials);
  launch(queue, {id, blocks_of_warps(s.cols), kColumnThreads}, removed_kernel<T>, a, sums);
  if (s.pictures == 0) return;
  launch(queue, shape_of_channels(id, s),
         s.cols % kPack == 0 ? grad_src_kernel<kPack, T> : grad_src_kernel<1, T>, a,
         packs_fit(a.src, a.grad_dst, a.grad_src, a.mean, a.rstd, a.gamma, a.removed));
}

template void forward(const GpuQueue&, const NormForwardLaunch<float>&);
template void forward(const GpuQueue&, const NormForwardLaunch<double>&);
template void backward(const GpuQueue&, const NormBackwardLaunch<float>&);
template void backward(const GpuQueue&, const NormBackwardLaunch<double>&);

}  // namespace impasto::normalize_kernels::IMPASTO_GPU
