#include "ops/conv2d/filter_panels.h"

#include <algorithm>
#include <cstring>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Runs are too short for a call of memcpy each: four floats a move, then one by one.
[[gnu::always_inline]] inline void copy_short(const float* from, std::int64_t count, float* to) {
  constexpr std::int64_t kMove = 4;
  for (; count >= kMove; count -= kMove, from += kMove, to += kMove) {
    std::memcpy(to, from, kMove * sizeof(float));
  }
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}

// Pixels of `channels` floats, from one distance to another.
[[gnu::always_inline]] inline void copy_pixels(const float* from, std::int64_t from_step,
                                               std::int64_t pixels, std::int64_t channels,
                                               float* to, std::int64_t to_step) {
  for (std::int64_t x = 0; x < pixels; ++x) {
    copy_short(from + x * from_step, channels, to + x * to_step);
  }
}

// Channels [c, c + channels) of positions [x, x + count) of the padded row y of a picture.
struct PaddedRun {
  std::int64_t y, x, count;
  std::int64_t c, channels;
};

void pack_run(const Conv2dProblem& p, const float* picture, const PaddedRun& run, float* to,
              std::int64_t to_step) {
  const auto& [y, x, count, c, channels] = run;
  const std::int64_t sy = padded_source(y, p.h, p.params.pad_mode);
  const float* row = picture + std::max<std::int64_t>(sy, 0) * p.w * p.ic + c;
  const auto pack_border = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t sx = padded_source(x + i, p.w, p.params.pad_mode);
      if (sy < 0 || sx < 0) {
        std::fill_n(to + i * to_step, channels, 0.0f);
      } else {
        std::copy_n(row + sx * p.ic, channels, to + i * to_step);
      }
    }
  };
  const std::int64_t begin = sy < 0 ? count : std::clamp<std::int64_t>(-x, 0, count);
  const std::int64_t end = std::clamp<std::int64_t>(p.w - x, begin, count), inside = end - begin;
  pack_border(0, begin);
  const float* from = row + (x + begin) * p.ic;
  float* const first = to + begin * to_step;
  if (inside > 0 && channels == p.ic && channels == to_step) {
    std::copy_n(from, inside * channels, first);
  } else if (channels == 3) {
    copy_pixels(from, p.ic, inside, 3, first, to_step);
  } else {
    copy_pixels(from, p.ic, inside, channels, first, to_step);
  }
  pack_border(end, count);
}

}  // namespace

void pack_picture(const Conv2dProblem& p, const PicturePanel& panel, const PixelBlock& block,
                  const float* src, float* packed) {
  const std::int64_t stride = p.params.stride, columns = panel.columns(p, block.columns);
  const std::int64_t step = panel.pixel_floats(p);
  const float* picture = src + block.n * p.h * p.w * p.ic;
  PaddedRun run{0, block.x * stride - p.params.pad, columns, panel.c, panel.channels};
  for (std::int64_t r = 0; r < panel.rows(p, block.rows); ++r, packed += columns * step) {
    const std::int64_t taps = panel.rows_together ? p.kh : 1;
    run.y = block.y * stride - p.params.pad + (panel.rows_together ? r * stride : r);
    for (std::int64_t i = 0; i < taps; ++i, ++run.y) {
      pack_run(p, picture, run, packed + i * panel.channels, step);
    }
  }
}

void pack_gradient(const Conv2dProblem& p, const GradientPanels& panels, const PixelBlock& block,
                   const float* grad_dst, float* packed) {
  const auto& [o, channels, width] = panels;
  const std::int64_t panel_count = block.rows * block.columns * width;
  for (std::int64_t r = 0; r < block.rows; ++r) {
    const float* from = grad_dst + ((block.n * p.oh() + block.y + r) * p.ow() + block.x) * p.oc + o;
    for (std::int64_t x = 0; x < block.columns; ++x, from += p.oc, packed += width) {
      float* to = packed;
      std::int64_t first = 0;
      for (; first + width <= channels; first += width, to += panel_count) {
        width == kMaxPixels ? copy_short(from + first, kMaxPixels, to)
                            : copy_short(from + first, width, to);
      }
      copy_short(from + first, channels - first, to);
    }
  }
}

}  // namespace impasto::conv2d_kernels
