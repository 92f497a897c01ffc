// Backward-data by columns, see columns.cpp, and what it needs in each instruction set. Plain
// structs only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

#include "ops/conv2d/direct_tile_kernels.h"

namespace impasto::conv2d_kernels {

// Products of a few neighbouring gradient pixels with one row of filter taps, to be added where the
// taps reach:
//
//   sums[x stride + j][c] += products[x][j channels + c],  x < pixels, j < taps, c < channels
struct TapRow {
  std::int64_t pixels = 0, taps = 0, channels = 0, stride = 1;
  const float* products = nullptr;  // [pixels][product_step]
  std::int64_t product_step = 0;
  float* sums = nullptr;  // [(pixels - 1) stride + taps][channels, or kFewChannels]
};

inline constexpr std::int64_t kFewChannels = 4;

// Pixels [first, first + pixels) of a row of the gradient of sums, from that of a fused ReLU or
// pool:
//
//   to[p][c] = scale * row[first + p, or half of that when pooled][c] where bit c of mask + p
//   mask_step is set, else 0
struct MaskedPixels {
  std::int64_t first = 0, pixels = 0, channels = 0;
  const float* row = nullptr;  // [pixel][channels], not read where no bit is set
  bool pooled = false;
  float scale = 1;
  const std::uint8_t* mask = nullptr;  // of pixel `first`
  std::int64_t mask_step = 0;          // bytes from pixel to pixel
  float* to = nullptr;                 // [pixels][channels]
};

struct ColumnsIsa {
  const DirectIsa* direct;
  void (*add_taps)(const TapRow& row);
  // The same for stride 1 and at most kFewChannels channels: sums has kFewChannels floats a pixel,
  // of which those past `channels` become anything; products has taps - 1 pixels of zeros at
  // either end, and may be read kFewChannels floats too far.
  void (*add_taps_few)(const TapRow& row);
  void (*keep_masked)(const MaskedPixels& pixels);
};

namespace generic {
extern const ColumnsIsa kColumns;
}
namespace avx2 {
extern const ColumnsIsa kColumns;
}
namespace avx512 {
extern const ColumnsIsa kColumns;
}

}  // namespace impasto::conv2d_kernels
