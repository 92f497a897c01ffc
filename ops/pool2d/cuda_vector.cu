// Pooling four outputs a thread: four channels of a pixel where the channels are a multiple of
// four, and then everything is packs. Four codes are a byte, so a thread owns what it writes and
// codes cost nothing but their bytes. Other numbers of channels take their outputs one by one.
//
// Backward, a thread writes all four elements of its windows, the zeros too; windows that the
// border cuts, which forward drops, are walked as well, so every element is written once.
//
// Bound by memory: 20 bytes an f32 output each way, a quarter of a byte of codes.
#include "ops/pool2d/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::pool2d_kernels::IMPASTO_GPU {
namespace {

// Where output e, an index among all outputs, has the upper left element of its window. `unit` is
// how many channels the caller takes at once: e counts those, and so does c.
struct Windows {
  unsigned columns, rows;  // of dst, of one picture
  unsigned c;              // units
  std::int64_t w, h;       // of src
  int unit;                // elements

  __device__ __forceinline__ std::int64_t source(unsigned e) const {
    const unsigned channel = e % c, pixel = e / c;
    const unsigned x = pixel % columns, row = pixel / columns;
    const std::int64_t src_row = row / rows * h + 2 * static_cast<std::int64_t>(row % rows);
    return ((src_row * w + 2 * x) * c + channel) * unit;
  }
};

// Whether b beats a that comes before it: greater, or the first NaN.
template <class T>
__device__ __forceinline__ bool beats(T b, T a) {
  return !(b <= a) && a == a;
}

// What four windows make: outputs to dst and codes to the byte that is returned.
// taps[code][window].
template <class T>
__device__ __forceinline__ unsigned pool(const Pack<T> (&taps)[4], bool max, Pack<T>& dst) {
  unsigned codes = 0;
  for (int k = 0; k < kPack; ++k) {
    if (!max) {
      dst.v[k] = ((taps[0].v[k] + taps[1].v[k]) + (taps[2].v[k] + taps[3].v[k])) * T(0.25);
      continue;
    }
    unsigned best = 0;
    dst.v[k] = taps[0].v[k];
    for (unsigned code = 1; code < 4; ++code) {
      if (!beats(taps[code].v[k], dst.v[k])) continue;
      best = code;
      dst.v[k] = taps[code].v[k];
    }
    codes |= best << (2 * k);
  }
  return codes;
}

// kWhole: channels are a multiple of four.
template <bool kWhole, class T>
__global__ void __launch_bounds__(kPackThreads)
    forward_kernel(PoolForwardLaunch<T> a, Windows windows, std::int64_t outputs, bool aligned) {
  const std::int64_t c = a.shape.c, row = a.shape.w * c;
  const std::int64_t tap[4] = {0, c, row, row + c};
  // Whole words of codes: the last one's bits past the end are zero.
  for_units((outputs + 31) / 32 * 8, [&](unsigned unit) {
    const std::int64_t first = static_cast<std::int64_t>(unit) * kPack, left = outputs - first;
    const int count = left >= kPack ? kPack : (left > 0 ? static_cast<int>(left) : 0);
    Pack<T> taps[4] = {}, dst;
    if constexpr (kWhole) {
      if (count > 0) {
        const T* at = a.src + windows.source(unit);
        for (int code = 0; code < 4; ++code) taps[code] = load_pack<kPack>(at + tap[code], aligned);
      }
    } else {
      for (int k = 0; k < kPack; ++k) {
        if (k >= count) continue;
        const T* at =
            a.src + windows.source(static_cast<unsigned>(first) + static_cast<unsigned>(k));
        for (int code = 0; code < 4; ++code) taps[code].v[k] = at[tap[code]];
      }
    }
    const unsigned codes = pool(taps, a.shape.max, dst);
    store_some(a.dst + first, dst, count, aligned);
    if (a.codes != nullptr) a.codes[unit] = static_cast<std::uint8_t>(codes);
  });
}

// N channels a thread, 4 or 1. `windows` counts those that are cut by the border, too.
template <int N, class T>
__global__ void __launch_bounds__(kPackThreads)
    backward_kernel(PoolBackwardLaunch<T> a, Windows windows, std::int64_t units, bool aligned) {
  const std::int64_t c = a.shape.c, dst_rows = a.shape.h / 2, dst_columns = a.shape.w / 2;
  for_units(units, [&](unsigned unit) {
    const unsigned channel = unit % windows.c * N, pixel = unit / windows.c;
    const std::int64_t x = pixel % windows.columns, row = pixel / windows.columns;
    const std::int64_t y = row % windows.rows, picture = row / windows.rows;
    Pack<T, N> grad = {};
    unsigned codes = 0;
    if (y < dst_rows && x < dst_columns) {
      const std::int64_t e = ((picture * dst_rows + y) * dst_columns + x) * c + channel;
      grad = load_pack<N>(a.grad_dst + e, aligned);
      if (a.shape.max) codes = static_cast<unsigned>(a.codes[e / 4]) >> (N == 1 ? e % 4 * 2 : 0);
    }
    for (unsigned code = 0; code < 4; ++code) {
      const std::int64_t src_y = 2 * y + code / 2, src_x = 2 * x + code % 2;
      if (src_y >= a.shape.h || src_x >= a.shape.w) continue;
      Pack<T, N> tap;
      for (int k = 0; k < N; ++k) {
        const bool won = (codes >> (2 * k) & 3u) == code;
        tap.v[k] = a.shape.max ? (won ? grad.v[k] : T{0}) : grad.v[k] * T(0.25);
      }
      const std::int64_t at = ((picture * a.shape.h + src_y) * a.shape.w + src_x) * c + channel;
      store_pack<N>(a.grad_src + at, tap, aligned);
    }
  });
}

Windows windows_of(const PoolShape& s, std::int64_t rows, std::int64_t columns, int unit) {
  return {static_cast<unsigned>(columns),
          static_cast<unsigned>(rows),
          static_cast<unsigned>(s.c / unit),
          s.w,
          s.h,
          unit};
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const PoolForwardLaunch<T>& a) {
  const PoolShape& s = a.shape;
  const std::int64_t rows = s.h / 2, columns = s.w / 2, outputs = s.n * rows * columns * s.c;
  if (outputs == 0) return;
  const bool whole = s.c % kPack == 0, aligned = packs_fit(a.src, a.dst);
  launch(queue, {"pool2d.fwd.cuda.vector", blocks_for_packs(outputs), kPackThreads},
         whole ? forward_kernel<true, T> : forward_kernel<false, T>, a,
         windows_of(s, rows, columns, whole ? kPack : 1), outputs, aligned);
}

template <class T>
void backward(const GpuQueue& queue, const PoolBackwardLaunch<T>& a) {
  const PoolShape& s = a.shape;
  const std::int64_t rows = (s.h + 1) / 2, columns = (s.w + 1) / 2;
  const int unit = s.c % kPack == 0 ? kPack : 1;
  const std::int64_t units = s.n * rows * columns * (s.c / unit);
  if (units == 0) return;
  launch(queue, {"pool2d.bwd.cuda.vector", blocks_for(units), kPackThreads},
         unit == kPack ? backward_kernel<kPack, T> : backward_kernel<1, T>, a,
         windows_of(s, rows, columns, unit), units, packs_fit(a.grad_dst, a.grad_src));
}

template void forward(const GpuQueue&, const PoolForwardLaunch<float>&);
template void forward(const GpuQueue&, const PoolForwardLaunch<double>&);
template void backward(const GpuQueue&, const PoolBackwardLaunch<float>&);
template void backward(const GpuQueue&, const PoolBackwardLaunch<double>&);

}  // namespace impasto::pool2d_kernels::IMPASTO_GPU
