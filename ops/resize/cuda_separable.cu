// Two one-dimensional sums instead of one of two dimensions: down the columns into a map between,
// then along its rows. Both are the same kernel, which resamples the middle axis of [outer, in,
// inner]: rows of pixels first, then pixels. A thread makes four neighbours of the inner axis (one,
// where it is no multiple of four), so loads are whole cache lines; backward, the matrices are read
// transposed.
//
// kv + kh multiplications an element, taps of the two axes, instead of kv * kh; the map between is
// written and read once, and is as a rule in the second-level cache.
#include "ops/resize/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::resize_kernels::IMPASTO_GPU {
namespace {

// src [outer, from, inner] -> dst [outer, to, inner].
template <class T>
struct Pass {
  const T* src;
  T* dst;
  std::int64_t outer, inner;
  AxisTable<T> axis;
};

template <int N, bool kTransposed, class T>
__global__ void __launch_bounds__(kPackThreads)
    pass_kernel(Pass<T> a, std::int64_t units, bool aligned) {
  const AxisTable<T>& axis = a.axis;
  const auto inner = static_cast<unsigned>(a.inner / N);
  const auto to = static_cast<unsigned>(kTransposed ? axis.in : axis.out);
  const int from = kTransposed ? axis.out : axis.in;
  const int* firsts = kTransposed ? axis.reader : axis.first;
  const int* lasts = kTransposed ? axis.readers_end : axis.last;
  for_units(units, [&](unsigned unit) {
    const unsigned lane = unit % inner, rest = unit / inner;
    const int i = static_cast<int>(rest % to);
    const std::int64_t outer = rest / to;
    Pack<T, N> sum = {};
    const int last = lasts[i];
    for (int j = firsts[i]; j < last; ++j) {
      // Row `i` of the matrix, or of its transpose.
      const int out = kTransposed ? j : i, in = kTransposed ? i : j;
      const T weight =
          axis.weights[static_cast<std::int64_t>(out) * axis.stride + in - axis.first[out]];
      const Pack<T, N> x = load_pack<N>(a.src + ((outer * from + j) * inner + lane) * N, aligned);
      for (int k = 0; k < N; ++k) sum.v[k] += weight * x.v[k];
    }
    store_pack<N>(a.dst + static_cast<std::int64_t>(unit) * N, sum, aligned);
  });
}

template <bool kTransposed, class T>
void launch_pass(const GpuQueue& queue, const Pass<T>& a) {
  const int unit = a.inner % kPack == 0 ? kPack : 1;
  const std::int64_t to = kTransposed ? a.axis.in : a.axis.out;
  const std::int64_t units = a.outer * to * (a.inner / unit);
  if (units == 0) return;
  launch(queue,
         {kTransposed ? "resize.bwd.cuda.separable" : "resize.fwd.cuda.separable",
          blocks_for(units), kPackThreads},
         unit == kPack ? pass_kernel<kPack, kTransposed, T> : pass_kernel<1, kTransposed, T>, a,
         units, packs_fit(a.src, a.dst));
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const ResizeLaunch<T>& a) {
  tabulate(queue, a, false);
  launch_pass<false, T>(queue, {a.src, a.between, a.n, a.columns.in * a.c, a.rows});
  launch_pass<false, T>(queue, {a.between, a.dst, a.n * a.rows.out, a.c, a.columns});
}

template <class T>
void backward(const GpuQueue& queue, const ResizeLaunch<T>& a) {
  tabulate(queue, a, true);
  launch_pass<true, T>(queue, {a.src, a.between, a.n, a.columns.out * a.c, a.rows});
  launch_pass<true, T>(queue, {a.between, a.dst, a.n * a.rows.in, a.c, a.columns});
}

template void forward(const GpuQueue&, const ResizeLaunch<float>&);
template void forward(const GpuQueue&, const ResizeLaunch<double>&);
template void backward(const GpuQueue&, const ResizeLaunch<float>&);
template void backward(const GpuQueue&, const ResizeLaunch<double>&);

}  // namespace impasto::resize_kernels::IMPASTO_GPU
