// Many vectors against few, on a GPU: every vector of the history is read once.
//
// dot: a block multiplies one piece of one vector with the same piece of each of the few, which
// stay in the second-level cache for the rows that follow; a second kernel adds the pieces in
// order. combine: a thread adds up its elements of all vectors, asking for some of them at a time.
// Addresses are parameters of the kernels; which vectors are left out, and the weights, are read
// from memory, alike by all threads. Sums in double. Bound by memory: (rows + cols) vectors read,
// or rows read and one written.
#include "ops/basis/cuda_kernels.h"
#include "tensor/cuda/kernel.h"
#include "tensor/cuda/warp.h"

namespace impasto::basis_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 256;
constexpr int kAhead = 8;  // vectors that a thread of combine asks for at once

template <class T>
__device__ __forceinline__ bool takes_part(const DotLaunch<T>& p, std::int64_t row) {
  return p.active == nullptr || p.active[row] != 0;
}

template <class T>
__global__ void __launch_bounds__(kThreads) dot_kernel(DotLaunch<T> p) {
  const std::int64_t piece = blockIdx.x, row = blockIdx.y;
  if (!takes_part(p, row)) return;  // the whole block
  const std::int64_t length = (p.count + p.pieces - 1) / p.pieces;
  const std::int64_t begin = piece * length;
  const std::int64_t end = begin + length < p.count ? begin + length : p.count;
  double sums[kMaxWith] = {};
  for (std::int64_t i = begin + threadIdx.x; i < end; i += kThreads) {
    const auto value = static_cast<double>(p.vectors[row][i]);
    for (int c = 0; c < kMaxWith; ++c) {
      if (c < p.cols) sums[c] += value * static_cast<double>(p.with[c][i]);
    }
  }
  for (int c = 0; c < kMaxWith; ++c) {  // known to the compiler: sums stay in registers
    if (c >= p.cols) break;
    const double total = block_sum<kThreads>(sums[c]);
    if (threadIdx.x == 0) p.partial[(row * p.cols + c) * p.pieces + piece] = total;
  }
}

// One thread an inner product.
template <class T>
__global__ void __launch_bounds__(kThreads) add_pieces_kernel(DotLaunch<T> p) {
  const std::int64_t index = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (index >= std::int64_t{p.rows} * p.cols) return;
  double sum = 0;
  const std::int64_t pieces = takes_part(p, index / p.cols) ? p.pieces : 0;
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    sum += p.partial[index * p.pieces + piece];
  }
  p.products[index / p.cols * p.row_step + index % p.cols] = sum;
}

template <class T>
__global__ void __launch_bounds__(kThreads) combine_kernel(CombineLaunch<T> p) {
  const std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i >= p.count) return;
  double sum = p.before == nullptr ? 0.0 : p.before[i];
  for (int first = 0; first < p.rows; first += kAhead) {
    double weights[kAhead], values[kAhead];
    for (int k = 0; k < kAhead; ++k) {
      weights[k] = first + k < p.rows ? p.weights[first + k] : 0.0;
      values[k] = weights[k] != 0 ? static_cast<double>(p.vectors[first + k][i]) : 0.0;
    }
    for (int k = 0; k < kAhead; ++k) {
      if (weights[k] != 0) sum += weights[k] * values[k];
    }
  }
  if (p.after != nullptr) {
    p.after[i] = sum;
  } else {
    p.dst[i] = static_cast<T>(sum);
  }
}

template <class T>
void run_dot(const GpuQueue& queue, const DotLaunch<T>& p) {
  const dim3 grid(static_cast<unsigned>(p.pieces), static_cast<unsigned>(p.rows));
  launch(queue, {"basis.dot.cuda.streamed", grid, dim3(kThreads), 0}, dot_kernel<T>, p);
  const unsigned products = static_cast<unsigned>(p.rows * p.cols);
  const dim3 blocks((products + kThreads - 1) / kThreads);
  launch(queue, {"basis.dot.cuda.streamed", blocks, dim3(kThreads), 0}, add_pieces_kernel<T>, p);
}

template <class T>
void run_combine(const GpuQueue& queue, const CombineLaunch<T>& p) {
  const dim3 grid(static_cast<unsigned>((p.count + kThreads - 1) / kThreads));
  launch(queue, {"basis.combine.cuda.streamed", grid, dim3(kThreads), 0}, combine_kernel<T>, p);
}

}  // namespace

void dot_f32(const GpuQueue& queue, const DotLaunch<float>& p) {
  run_dot(queue, p);
}
void dot_f64(const GpuQueue& queue, const DotLaunch<double>& p) {
  run_dot(queue, p);
}
void combine_f32(const GpuQueue& queue, const CombineLaunch<float>& p) {
  run_combine(queue, p);
}
void combine_f64(const GpuQueue& queue, const CombineLaunch<double>& p) {
  run_combine(queue, p);
}

}  // namespace impasto::basis_kernels::IMPASTO_GPU
