// conv2d in plain loops, a thread for 8 channels of one pixel or of one window of a pool: serves
// every problem, f32 and f64, any filter, stride and border. The threads of a warp are neighbouring
// pixels, so all of them want the same filter element at a time, and each runs along its own line
// of the picture. A thread writes whole bytes of the mask, so none needs an atomic.
//
// Cost: the picture is read from the caches kh kw oc / 8 times; the arithmetic waits for that.
#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 128;
constexpr int kChannels = 8;  // of a thread: a byte of the mask

template <class T>
struct Operands {
  GpuConvolution shape;
  const T* src;
  const T* wei;
  const T* bias;
  const std::uint8_t* mask_read;
  std::uint8_t* mask;
  T* dst;
};

struct Pixel {
  int n, y, x;
};

// This thread's pixel of a picture of h rows and w columns; n is the batch's size behind the last.
__device__ Pixel pixel_of_thread(int n, int h, int w) {
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
  const std::int64_t row = index / w;
  if (row >= static_cast<std::int64_t>(n) * h) return {n, 0, 0};
  return {static_cast<int>(row / h), static_cast<int>(row % h), static_cast<int>(index % w)};
}

__device__ std::int64_t pixel_index(int h, int w, Pixel at) {
  return (static_cast<std::int64_t>(at.n) * h + at.y) * w + at.x;
}

// Adds channels [c, c + 8) of the products of `count` numbers; filters `step` apart.
template <class T, int kOutputs>
__device__ __forceinline__ void add_products(const T* const (&from)[kOutputs], const T* wei,
                                             const std::int64_t (&steps)[kChannels], int count,
                                             T (&sums)[kOutputs][kChannels]) {
  for (int c = 0; c < count; ++c) {
#pragma unroll
    for (int k = 0; k < kChannels; ++k) {
      const T weight = wei[steps[k] + c];
#pragma unroll
      for (int q = 0; q < kOutputs; ++q) {
        if (from[q] != nullptr) sums[q][k] += from[q][c] * weight;
      }
    }
  }
}

// The sums of a square of kSide x kSide outputs, the first of them at `at`. Those outside the
// result are those of its last row or column, and are not used.
template <class T, int kSide>
__device__ __forceinline__ void sum_outputs(const Operands<T>& p, Pixel at, int o,
                                            T (&sums)[kSide * kSide][kChannels]) {
  const GpuConvolution& s = p.shape;
  std::int64_t steps[kChannels];  // to the filters of the 8 channels; the last one's behind it
#pragma unroll
  for (int k = 0; k < kChannels; ++k) {
    const int channel = o + k < s.oc ? o + k : s.oc - 1;
    steps[k] = static_cast<std::int64_t>(channel) * s.kh * s.kw * s.ic;
  }
  for (int i = 0; i < s.kh; ++i) {
    for (int j = 0; j < s.kw; ++j) {
      const T* from[kSide * kSide];
#pragma unroll
      for (int q = 0; q < kSide * kSide; ++q) {
        const int y = at.y + q / kSide, x = at.x + q % kSide;
        const int sy = shown_pixel(y * s.stride + i - s.pad, s.h, s.border);
        const int sx = shown_pixel(x * s.stride + j - s.pad, s.w, s.border);
        const bool inside = y < s.oh && x < s.ow && sy >= 0 && sx >= 0;
        from[q] = inside ? p.src + pixel_index(s.h, s.w, {at.n, sy, sx}) * s.ic : nullptr;
      }
      add_products(from, p.wei + static_cast<std::int64_t>(i * s.kw + j) * s.ic, steps, s.ic, sums);
    }
  }
#pragma unroll
  for (int k = 0; k < kChannels; ++k) {
    const T bias = p.bias != nullptr && o + k < s.oc ? p.bias[o + k] : T(0);
#pragma unroll
    for (int q = 0; q < kSide * kSide; ++q) sums[q][k] = activate(sums[q][k] + bias, s.relu);
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads) forward_kernel(Operands<T> p) {
  const GpuConvolution& s = p.shape;
  const Pixel at = pixel_of_thread(s.n, s.oh, s.ow);
  const int o = static_cast<int>(blockIdx.y) * kChannels;
  if (at.n == s.n) return;
  T sums[1][kChannels] = {};
  sum_outputs<T, 1>(p, at, o, sums);
  const std::int64_t pixel = pixel_index(s.oh, s.ow, at);
  unsigned bits = 0;
#pragma unroll
  for (int k = 0; k < kChannels; ++k) {
    if (o + k < s.oc) p.dst[pixel * s.oc + o + k] = sums[0][k];
    bits |= sums[0][k] > 0 && o + k < s.oc ? 1u << k : 0u;
  }
  if (p.mask != nullptr) {
    p.mask[pixel * mask_bytes(s.oc) + o / 8] = static_cast<std::uint8_t>(bits);
  }
}

// A thread has a window of the pool, or what is left of one at the last row and column.
template <class T>
__global__ void __launch_bounds__(kThreads) forward_pooled_kernel(Operands<T> p) {
  const GpuConvolution& s = p.shape;
  const Pixel window = pixel_of_thread(s.n, ceil_ratio(s.oh, 2), ceil_ratio(s.ow, 2));
  const int o = static_cast<int>(blockIdx.y) * kChannels;
  if (window.n == s.n) return;
  const Pixel at{window.n, 2 * window.y, 2 * window.x};
  const bool whole = at.y + 1 < s.oh && at.x + 1 < s.ow;
  T sums[4][kChannels] = {};
  if (whole) sum_outputs<T, 2>(p, at, o, sums);
  unsigned bits[4] = {};
#pragma unroll
  for (int k = 0; k < kChannels; ++k) {
    if (!whole || o + k >= s.oc) continue;
    const T out[4] = {sums[0][k], sums[1][k], sums[2][k], sums[3][k]};
    unsigned reach = 0;
    const T pooled = pool_window(out, s.pool, s.relu, reach);
    p.dst[pixel_index(s.oh / 2, s.ow / 2, window) * s.oc + o + k] = pooled;
#pragma unroll
    for (int q = 0; q < 4; ++q) bits[q] |= (reach >> q & 1u) << k;
  }
  if (p.mask == nullptr) return;
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const Pixel one{at.n, at.y + q / 2, at.x + q % 2};
    if (one.y >= s.oh || one.x >= s.ow) continue;
    p.mask[pixel_index(s.oh, s.ow, one) * mask_bytes(s.oc) + o / 8] =
        static_cast<std::uint8_t>(bits[q]);
  }
}

// Adds what one output pixel gives to channels [c, c + 8) of an input pixel through one tap.
template <class T>
__device__ __forceinline__ void pull(const Operands<T>& p, Pixel out, const T* wei, int c,
                                     T (&sums)[kChannels]) {
  const GpuConvolution& s = p.shape;
  const std::int64_t pixel = pixel_index(s.oh, s.ow, out);
  const bool pooled = s.pool != TilePool::none;
  // Outputs that no window read have no bits: what they would be read from is never touched.
  const T* grad =
      p.src +
      (pooled ? pixel_index(s.oh / 2, s.ow / 2, {out.n, out.y / 2, out.x / 2}) : pixel) * s.oc;
  const T scale = s.pool == TilePool::average ? T(0.25) : T(1);
  const std::uint8_t* bits =
      p.mask_read == nullptr ? nullptr : p.mask_read + pixel * mask_bytes(s.oc);
  for (int o = 0; o < s.oc; ++o) {
    if (bits != nullptr && (static_cast<unsigned>(bits[o / 8]) >> o % 8 & 1u) == 0) continue;
    const T value = scale * grad[o];
    const T* filter = wei + static_cast<std::int64_t>(o) * s.kh * s.kw * s.ic;
#pragma unroll
    for (int k = 0; k < kChannels; ++k) {
      if (c + k < s.ic) sums[k] += value * filter[c + k];
    }
  }
}

// The outputs that read a padded position along one axis through tap i, or -1.
__device__ __forceinline__ int reading_output(int position, int i, int outputs, int stride,
                                              int pad) {
  const int scaled = position + pad - i;
  if (scaled < 0 || scaled % stride != 0 || scaled / stride >= outputs) return -1;
  return scaled / stride;
}

// Each pixel asks who read it: all outputs whose taps met it, or a border position that shows it.
template <class T>
__global__ void __launch_bounds__(kThreads) backward_data_kernel(Operands<T> p) {
  const GpuConvolution& s = p.shape;
  const Pixel at = pixel_of_thread(s.n, s.h, s.w);
  const int c = static_cast<int>(blockIdx.y) * kChannels;
  if (at.n == s.n) return;
  const int none = -s.pad - 1, shown = s.border == GpuBorder::zero ? 1 : 1 + 2 * s.pad;
  T sums[kChannels] = {};
  for (int ky = 0; ky < shown; ++ky) {
    const int py = showing_position(ky, at.y, s.h, s.pad, s.border, none);
    for (int kx = 0; kx < shown && py != none; ++kx) {
      const int px = showing_position(kx, at.x, s.w, s.pad, s.border, none);
      if (px == none) continue;
      for (int i = 0; i < s.kh; ++i) {
        const int y = reading_output(py, i, s.oh, s.stride, s.pad);
        for (int j = 0; j < s.kw && y >= 0; ++j) {
          const int x = reading_output(px, j, s.ow, s.stride, s.pad);
          const T* wei = p.wei + static_cast<std::int64_t>(i * s.kw + j) * s.ic;
          if (x >= 0) pull(p, {at.n, y, x}, wei, c, sums);
        }
      }
    }
  }
  T* to = p.dst + pixel_index(s.h, s.w, at) * s.ic + c;
#pragma unroll
  for (int k = 0; k < kChannels; ++k) {
    if (c + k < s.ic) to[k] = sums[k];
  }
}

template <class T>
Operands<T> operands(const GpuDirect& p) {
  return {p.shape,
          static_cast<const T*>(p.src),
          static_cast<const T*>(p.wei),
          static_cast<const T*>(p.bias),
          p.mask_read,
          p.mask,
          static_cast<T*>(p.dst)};
}

LaunchShape shape_of(const char* id, std::int64_t pixels, int channels) {
  return {id,
          dim3(static_cast<unsigned>((pixels + kThreads - 1) / kThreads),
               static_cast<unsigned>((channels + kChannels - 1) / kChannels)),
          dim3(kThreads)};
}

template <class T>
void forward_of(const GpuQueue& queue, const GpuDirect& p) {
  const GpuConvolution& s = p.shape;
  const bool pooled = s.pool != TilePool::none;
  const std::int64_t rows = pooled ? (s.oh + 1) / 2 : s.oh,
                     columns = pooled ? (s.ow + 1) / 2 : s.ow;
  launch(queue, shape_of("conv2d.fwd.cuda.direct", s.n * rows * columns, s.oc),
         pooled ? forward_pooled_kernel<T> : forward_kernel<T>, operands<T>(p));
}

template <class T>
void backward_data_of(const GpuQueue& queue, const GpuDirect& p) {
  const GpuConvolution& s = p.shape;
  const std::int64_t pixels = static_cast<std::int64_t>(s.n) * s.h * s.w;
  launch(queue, shape_of("conv2d.bwd_data.cuda.direct", pixels, s.ic), backward_data_kernel<T>,
         operands<T>(p));
}

}  // namespace

void direct_forward(const GpuQueue& queue, const GpuDirect& p) {
  p.wide ? forward_of<double>(queue, p) : forward_of<float>(queue, p);
}

void direct_backward_data(const GpuQueue& queue, const GpuDirect& p) {
  p.wide ? backward_data_of<double>(queue, p) : backward_data_of<float>(queue, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
