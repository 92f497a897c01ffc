// The register tile that all direct kernels of conv2d are made of, one implementation per
// instruction set. Plain structs only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::conv2d_kernels {

// A small matrix product: P rows ("pixels") by V vectors of columns ("channels"),
//
//   dst[p][v] = act(bias[v] + sum_{i < rows, k < run} src[p, i, k] wei[i, k][v])
//
// with src[p, i, k] at src + p pixel_step + i row_step + k src_step, and wei[i, k] at
// wei + i wei_row_step + k wei_step. In NHWC the taps of one filter row lie side by side, so the
// whole patch of a pixel is `rows` = kh runs of kw * ic floats.
struct DirectTile {
  std::int64_t rows = 0, run = 0;
  const float* src = nullptr;
  std::int64_t pixel_step = 0, row_step = 0, src_step = 1;
  const float* wei = nullptr;  // whole vectors are read, also past the last channel
  std::int64_t wei_row_step = 0, wei_step = 0;
  const float* bias = nullptr;  // may be null
  float* dst = nullptr;
  std::int64_t dst_step = 0;  // from pixel to pixel
  std::int64_t channels = 0;  // of the V vectors, how many columns are stored
  bool accumulate = false;    // dst += instead of dst =
  bool relu = false;
  bool stream = false;           // whole vectors go past the caches; dst is aligned to them
  std::uint8_t* mask = nullptr;  // may be null; bits of dst > 0, a byte boundary at each vector
  std::int64_t mask_step = 0;    // bytes from pixel to pixel
  const float* ahead = nullptr;  // may be null; memory to fetch meanwhile, one line each k
  std::int64_t ahead_step = 0;   // from k to k
};

inline constexpr unsigned kMaxPixels = 12;

struct DirectIsa {
  const char* name;
  unsigned lanes;          // of a vector
  unsigned max_vectors;    // of a tile
  unsigned max_pixels[5];  // of a tile with that many vectors, at most kMaxPixels
  void (*tile)(const DirectTile& tile, unsigned pixels, unsigned vectors);
  void (*fence)();  // other threads see streamed tiles after it
};

namespace generic {
extern const DirectIsa kDirect;
}
namespace avx2 {
extern const DirectIsa kDirect;
}
namespace avx512 {
extern const DirectIsa kDirect;
}

}  // namespace impasto::conv2d_kernels
