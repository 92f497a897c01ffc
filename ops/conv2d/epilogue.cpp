#include "ops/conv2d/epilogue.h"

#include <algorithm>

namespace impasto::conv2d_kernels {
namespace {

// The bits of one pixel, by bytes.
std::uint8_t* bits_of(const Conv2dProblem& p, std::uint64_t* mask, std::int64_t pixel) {
  return reinterpret_cast<std::uint8_t*>(mask) + pixel * mask_channels(p.oc) / 8;
}
const std::uint8_t* bits_of(const Conv2dProblem& p, const std::uint64_t* mask, std::int64_t pixel) {
  return reinterpret_cast<const std::uint8_t*>(mask) + pixel * mask_channels(p.oc) / 8;
}

void set(std::uint8_t* bits, std::int64_t channel) {
  bits[channel / 8] = static_cast<std::uint8_t>(bits[channel / 8] | 1u << channel % 8);
}

bool get(const std::uint8_t* bits, std::int64_t channel) {
  return (unsigned{bits[channel / 8]} >> channel % 8 & 1u) != 0;
}

// One window of a pool: the four outputs of one channel and their bits.
template <class T>
struct Window {
  const T* out[4];
  std::uint8_t* bits[4];
};

template <class T>
T pool_channel(const Conv2dProblem& p, const Window<T>& window, bool want_mask, std::int64_t c) {
  if (*p.params.pool == PoolKind::average) {
    for (int k = 0; k < 4 && want_mask; ++k) {
      if (!p.params.relu || window.out[k][c] > 0) set(window.bits[k], c);
    }
    return ((window.out[0][c] + window.out[1][c]) + (window.out[2][c] + window.out[3][c])) / 4;
  }
  int best = 0;
  for (int k = 1; k < 4; ++k) {
    const T value = window.out[k][c], most = window.out[best][c];
    if (!(value <= most) && most == most) best = k;  // greater, or the first NaN
  }
  const T value = window.out[best][c];
  if (want_mask && (!p.params.relu || value > 0)) set(window.bits[best], c);
  return value;
}

template <class T>
void pool_row(const Conv2dProblem& p, const FusedOutputs<T>& outputs, std::int64_t row) {
  const std::int64_t upper = (row / p.dst_h() * p.oh() + row % p.dst_h() * 2) * p.ow();
  for (std::int64_t x = 0; x < p.dst_w(); ++x) {
    Window<T> window;
    for (int k = 0; k < 4; ++k) {
      const std::int64_t pixel = upper + k / 2 * p.ow() + 2 * x + k % 2;
      window.out[k] = outputs.out + pixel * p.oc;
      window.bits[k] = outputs.mask == nullptr ? nullptr : bits_of(p, outputs.mask, pixel);
    }
    T* dst = outputs.dst + (row * p.dst_w() + x) * p.oc;
    for (std::int64_t c = 0; c < p.oc; ++c) {
      dst[c] = pool_channel(p, window, outputs.mask != nullptr, c);
    }
  }
}

}  // namespace

template <class T>
void finish_outputs(ThreadPool& threads, const Conv2dProblem& p, const FusedOutputs<T>& outputs) {
  if (outputs.mask != nullptr) {
    parallel_for(threads, p.n * p.oh(), 1, [&](std::int64_t row, std::int64_t) {
      for (std::int64_t pixel = row * p.ow(); pixel < (row + 1) * p.ow(); ++pixel) {
        std::uint8_t* bits = bits_of(p, outputs.mask, pixel);
        std::fill_n(bits, mask_channels(p.oc) / 8, std::uint8_t{0});
        for (std::int64_t c = 0; c < p.oc && !p.params.pool; ++c) {
          if (outputs.out[pixel * p.oc + c] > 0) set(bits, c);
        }
      }
    });
  }
  if (!p.params.pool) return;
  parallel_for(threads, p.n * p.dst_h(), 1,
               [&](std::int64_t row, std::int64_t) { pool_row(p, outputs, row); });
}

template <class T>
void unfuse_gradient(ThreadPool& threads, const Conv2dProblem& p,
                     const FusedGradient<T>& gradient) {
  const bool pooled = p.params.pool.has_value();
  const T scale = pooled && *p.params.pool == PoolKind::average ? T{0.25} : T{1};
  parallel_for(threads, p.n * p.oh(), 1, [&](std::int64_t row, std::int64_t) {
    const std::int64_t y = row % p.oh();
    for (std::int64_t x = 0; x < p.ow(); ++x) {
      const std::int64_t pixel = row * p.ow() + x;
      const std::int64_t pooled_row = row / p.oh() * p.dst_h() + y / 2;
      const std::int64_t from = pooled ? pooled_row * p.dst_w() + x / 2 : pixel;
      const std::uint8_t* bits = bits_of(p, gradient.mask, pixel);
      // Outputs that no window reads have no bits, and their `from` may be out of range.
      for (std::int64_t c = 0; c < p.oc; ++c) {
        gradient.grad[pixel * p.oc + c] =
            get(bits, c) ? scale * gradient.grad_dst[from * p.oc + c] : T{0};
      }
    }
  });
}

template void finish_outputs(ThreadPool&, const Conv2dProblem&, const FusedOutputs<float>&);
template void finish_outputs(ThreadPool&, const Conv2dProblem&, const FusedOutputs<double>&);
template void unfuse_gradient(ThreadPool&, const Conv2dProblem&, const FusedGradient<float>&);
template void unfuse_gradient(ThreadPool&, const Conv2dProblem&, const FusedGradient<double>&);

}  // namespace impasto::conv2d_kernels
