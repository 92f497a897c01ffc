// What backward-filter multiplies: blocks of output pixels, as the register tile reads them.
#pragma once

#include "ops/conv2d/direct_kernels.h"

namespace impasto::conv2d_kernels {

// Output pixels of one picture: `rows` x `columns` of them from (y, x) on.
struct PixelBlock {
  std::int64_t n = 0, y = 0, x = 0;
  std::int64_t rows = 0, columns = 0;
};

// What a block of output pixels reads of channels [c, c + channels), with the border that the
// padding shows: [row][column][channels], every row of the picture once. Few channels of the rows
// of a whole filter lie side by side instead, [output row][column][kh][channels], so that all taps
// of a pixel are one run of floats.
struct PicturePanel {
  std::int64_t c = 0, channels = 0;
  bool rows_together = false;

  std::int64_t pixel_floats(const Conv2dProblem& p) const {
    return rows_together ? p.kh * channels : channels;
  }
  std::int64_t columns(const Conv2dProblem& p, std::int64_t pixels) const {
    return (pixels - 1) * p.params.stride + p.kw;
  }
  std::int64_t rows(const Conv2dProblem& p, std::int64_t pixels) const {
    return rows_together ? pixels : (pixels - 1) * p.params.stride + p.kh;
  }
};

void pack_picture(const Conv2dProblem& problem, const PicturePanel& panel, const PixelBlock& block,
                  const float* src, float* packed);

// Output channels [o, o + channels) of a block: [ceil(channels / width)][pixel][width].
struct GradientPanels {
  std::int64_t o = 0, channels = 0;
  std::int64_t width = 0;
};

void pack_gradient(const Conv2dProblem& problem, const GradientPanels& panels,
                   const PixelBlock& block, const float* grad_dst, float* packed);

}  // namespace impasto::conv2d_kernels
