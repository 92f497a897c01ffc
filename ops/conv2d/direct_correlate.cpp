// Walks the output: tasks of one block of channels and some rows, rows cut into tiles of nearly
// equal width. Tiles whose patch lies inside the picture read it in place; the others, at the
// border, read a padded copy of just their patch, so the tile itself knows nothing of borders and
// all padding modes cost the same.
#include <algorithm>
#include <cstring>

#include "ops/conv2d/direct_kernels.h"
#include "tensor/checked.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "mask words are written by bytes");

namespace impasto::conv2d_kernels {
namespace {

// Multiply-adds of a task: about 0.1 ms, long against its start and short against a layer.
constexpr std::int64_t kTaskMacs = 8'000'000;

struct Block {
  std::int64_t first = 0, channels = 0;
  unsigned vectors = 0;
};

Block find_block(const DirectIsa& isa, std::int64_t oc, std::int64_t index) {
  const std::int64_t size = block_channels(isa);
  const std::int64_t channels = std::min(size, oc - index * size);
  return {index * size, channels, static_cast<unsigned>(ceil_div(channels, isa.lanes))};
}

// The patch of `pixels` output pixels from (y, x) on, [kh, width, ic], padded.
void copy_patch(const Correlation& c, const float* picture, std::int64_t y, std::int64_t x,
                std::int64_t width, float* patch) {
  for (std::int64_t i = 0; i < c.kh; ++i) {
    const std::int64_t sy = padded_source(y * c.stride + i - c.top, c.h, c.pad_mode);
    for (std::int64_t j = 0; j < width; ++j, patch += c.ic) {
      const std::int64_t sx = padded_source(x * c.stride + j - c.left, c.w, c.pad_mode);
      if (sy < 0 || sx < 0) {
        std::fill_n(patch, c.ic, 0.0f);
      } else {
        std::copy_n(picture + (sy * c.w + sx) * c.ic, c.ic, patch);
      }
    }
  }
}

// Computes tiles of one block of channels; one walker for each task.
class Walker {
 public:
  Walker(const DirectIsa& isa, const Correlation& correlation, std::int64_t block, float* patch)
      : isa_(isa), c_(correlation), block_(find_block(isa, c_.oc, block)), patch_(patch) {
    const std::int64_t width = std::int64_t{block_.vectors} * isa.lanes;
    tile_.rows = c_.kh;
    tile_.run = c_.kw * c_.ic;
    tile_.pixel_step = c_.stride * c_.ic;
    tile_.wei = c_.packed + block_.first * c_.kh * c_.kw * c_.ic;
    tile_.wei_row_step = c_.kw * c_.ic * width;
    tile_.wei_step = width;
    tile_.bias = c_.bias == nullptr ? nullptr : c_.bias + block_.first;
    tile_.dst_step = c_.oc;
    tile_.channels = block_.channels;
    tile_.relu = c_.relu;
    tile_.stream = c_.stream;
    tile_.mask_step = mask_channels(c_.oc) / 8;
  }

  void row(std::int64_t n, std::int64_t y) {
    const std::int64_t count = ceil_div(c_.ow, isa_.max_pixels[block_.vectors]);
    for (std::int64_t i = 0; i < count; ++i) tile(n, y, i * c_.ow / count, (i + 1) * c_.ow / count);
  }

 private:
  void tile(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t end) {
    const float* picture = c_.src + n * c_.h * c_.w * c_.ic;
    const std::int64_t sy = y * c_.stride - c_.top, sx = x * c_.stride - c_.left;
    const std::int64_t width = (end - 1 - x) * c_.stride + c_.kw;
    if (sy >= 0 && sy + c_.kh <= c_.h && sx >= 0 && sx + width <= c_.w) {
      tile_.src = picture + (sy * c_.w + sx) * c_.ic;
      tile_.row_step = c_.w * c_.ic;
    } else {
      copy_patch(c_, picture, y, x, width, patch_);
      tile_.src = patch_;
      tile_.row_step = width * c_.ic;
    }
    const std::int64_t first = ((n * c_.oh + y) * c_.ow + x) * c_.oc + block_.first;
    tile_.dst = c_.dst + first;
    if (c_.mask != nullptr) {
      const std::int64_t pixel = (n * c_.oh + y) * c_.ow + x;
      tile_.mask = c_.mask + (pixel * mask_channels(c_.oc) + block_.first) / 8;
    }
    isa_.tile(tile_, static_cast<unsigned>(end - x), block_.vectors);
  }

  const DirectIsa& isa_;
  const Correlation& c_;
  Block block_;
  float* patch_;
  DirectTile tile_;
};

}  // namespace

std::int64_t patch_count(const Correlation& c) {
  const std::int64_t width = (std::min<std::int64_t>(kMaxPixels, c.ow) - 1) * c.stride + c.kw;
  const std::int64_t count = checked_mul(checked_mul(c.kh, width), c.ic);
  return ceil_div(count, 16) * 16;  // whole cache lines: threads share none
}

void correlate(ThreadPool& threads, const DirectIsa& isa, const Correlation& c, float* patches) {
  const std::int64_t block = block_channels(isa);
  const std::int64_t row_macs = c.ow * block * c.kh * c.kw * c.ic;
  const std::int64_t rows = std::clamp<std::int64_t>(kTaskMacs / row_macs, 1, c.n * c.oh);
  const std::int64_t bands = ceil_div(c.n * c.oh, rows);
  // Bands of one block follow each other, so its filters stay in the cache of each core.
  threads.run(ceil_div(c.oc, block) * bands, [&](std::int64_t task, int thread) {
    Walker walker(isa, c, task / bands, patches + thread * patch_count(c));
    const std::int64_t first = task % bands * rows;
    for (std::int64_t row = first; row < std::min(first + rows, c.n * c.oh); ++row) {
      walker.row(row / c.oh, row % c.oh);
    }
    if (c.stream) isa.fence();
  });
}

}  // namespace impasto::conv2d_kernels
