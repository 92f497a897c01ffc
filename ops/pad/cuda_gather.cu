// Padding as a gather in both directions: a thread owns four channels of a pixel (one, where the
// channels are no multiple of four) of what it writes. Forward it looks up the one pixel shown
// there; backward it adds up, in order, the places where its pixel was shown: by each axis at most
// three runs, of which most pixels have one of length one.
//
// Bound by memory: 8 bytes an f32 element. Replication of wide borders gathers long runs at
// corners.
#include "ops/pad/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::pad_kernels::IMPASTO_GPU {
namespace {

// Index into [0, size) that position i of the padded axis shows, -1 for none; i counts from the
// first pixel of src. As padded_source() of the host.
__device__ __forceinline__ int shown(int i, int size, Border mode) {
  if (i >= 0 && i < size) return i;
  if (mode == Border::zero) return -1;
  if (mode == Border::reflect) return i < 0 ? -i : 2 * (size - 1) - i;
  return i < 0 ? 0 : size - 1;
}

// Positions [begin, end) of the padded axis.
struct Run {
  int begin, end;
};

// Those that show pixel i, in ascending order: where it is, and in the borders before and behind.
struct Runs {
  Run before, home, behind;
};
__device__ __forceinline__ Runs runs_of(int i, const PadAxis& axis, Border mode) {
  const int home = axis.before + i, last = axis.size - 1;
  Runs runs = {{0, 0}, {home, home + 1}, {0, 0}};
  if (mode == Border::reflect) {
    if (i > 0 && i <= axis.before) runs.before = {axis.before - i, axis.before - i + 1};
    const int mirrored = axis.before + 2 * last - i;
    if (i < last && last - i <= axis.after) runs.behind = {mirrored, mirrored + 1};
  } else if (mode == Border::replicate) {
    if (i == 0) runs.before = {0, axis.before};
    if (i == last) runs.behind = {home + 1, home + 1 + axis.after};
  }
  return runs;
}

template <class Body>
__device__ __forceinline__ void for_run(const Run& run, Body body) {
  for (int i = run.begin; i < run.end; ++i) body(i);
}
template <class Body>
__device__ __forceinline__ void for_runs(const Runs& runs, Body body) {
  for_run(runs.before, body);
  for_run(runs.home, body);
  for_run(runs.behind, body);
}

// Where a unit of N channels is in a map of `columns` x `rows` pixels.
struct Place {
  unsigned channel;  // the first
  int x, y;
  std::int64_t picture;
};
__device__ __forceinline__ Place place_of(unsigned unit, unsigned c, unsigned columns,
                                          unsigned rows) {
  const unsigned pixel = unit / c, row = pixel / columns;
  return {unit % c, static_cast<int>(pixel % columns), static_cast<int>(row % rows), row / rows};
}

__device__ __forceinline__ int padded(const PadAxis& axis) {
  return axis.before + axis.size + axis.after;
}

template <int N, class T>
__global__ void __launch_bounds__(kPackThreads)
    forward_kernel(PadLaunch<T> a, std::int64_t units, bool aligned) {
  const auto c = static_cast<unsigned>(a.c / N);
  const auto columns = static_cast<unsigned>(padded(a.columns));
  const auto rows = static_cast<unsigned>(padded(a.rows));
  for_units(units, [&](unsigned unit) {
    const Place to = place_of(unit, c, columns, rows);
    const int x = shown(to.x - a.columns.before, a.columns.size, a.mode);
    const int y = shown(to.y - a.rows.before, a.rows.size, a.mode);
    Pack<T, N> value = {};
    if (x >= 0 && y >= 0) {
      const std::int64_t pixel = (to.picture * a.rows.size + y) * a.columns.size + x;
      value = load_pack<N>(a.src + (pixel * c + to.channel) * N, aligned);
    }
    store_pack<N>(a.dst + static_cast<std::int64_t>(unit) * N, value, aligned);
  });
}

template <int N, class T>
__global__ void __launch_bounds__(kPackThreads)
    backward_kernel(PadLaunch<T> a, std::int64_t units, bool aligned) {
  const auto c = static_cast<unsigned>(a.c / N);
  const std::int64_t columns = padded(a.columns), rows = padded(a.rows);
  for_units(units, [&](unsigned unit) {
    const Place to = place_of(unit, c, static_cast<unsigned>(a.columns.size),
                              static_cast<unsigned>(a.rows.size));
    const Runs down = runs_of(to.y, a.rows, a.mode), along = runs_of(to.x, a.columns, a.mode);
    Pack<T, N> sum = {};
    for_runs(down, [&](int y) {
      for_runs(along, [&](int x) {
        const std::int64_t pixel = (to.picture * rows + y) * columns + x;
        const Pack<T, N> grad = load_pack<N>(a.src + (pixel * c + to.channel) * N, aligned);
        for (int k = 0; k < N; ++k) sum.v[k] += grad.v[k];
      });
    });
    store_pack<N>(a.dst + static_cast<std::int64_t>(unit) * N, sum, aligned);
  });
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const PadLaunch<T>& a) {
  const int unit = a.c % kPack == 0 ? kPack : 1;
  const std::int64_t height = a.rows.before + a.rows.size + a.rows.after;
  const std::int64_t width = a.columns.before + a.columns.size + a.columns.after;
  const std::int64_t units = a.n * height * width * (a.c / unit);
  if (units == 0) return;
  launch(queue, {"pad.fwd.cuda.gather", blocks_for(units), kPackThreads},
         unit == kPack ? forward_kernel<kPack, T> : forward_kernel<1, T>, a, units,
         packs_fit(a.src, a.dst));
}

template <class T>
void backward(const GpuQueue& queue, const PadLaunch<T>& a) {
  const int unit = a.c % kPack == 0 ? kPack : 1;
  const std::int64_t units = a.n * a.rows.size * a.columns.size * (a.c / unit);
  if (units == 0) return;
  launch(queue, {"pad.bwd.cuda.gather", blocks_for(units), kPackThreads},
         unit == kPack ? backward_kernel<kPack, T> : backward_kernel<1, T>, a, units,
         packs_fit(a.src, a.dst));
}

template void forward(const GpuQueue&, const PadLaunch<float>&);
template void forward(const GpuQueue&, const PadLaunch<double>&);
template void backward(const GpuQueue&, const PadLaunch<float>&);
template void backward(const GpuQueue&, const PadLaunch<double>&);

}  // namespace impasto::pad_kernels::IMPASTO_GPU
