// The parts of a Winograd convolution F(m x m, 3x3), m = 4 or 6, one implementation per instruction
// set: a tile of (m + 2)^2 inputs becomes one row of each of as many matrices, one a point (input
// transform); each is multiplied by that point's filter matrix; the results of a tile become m x m
// outputs (output transform). F(4x4) has 36 multiplications an output tile and channel pair instead
// of 144, F(6x6) 64 instead of 324, but four times the rounding error. Tiles that the border of the
// outputs cuts short have fewer rows or columns of outputs, r x c of them, even numbers, and only
// points (i, j) with i < r + 2 and j < c + 2; point (i, j) is number i (m + 2) + j.
//
// Plain structs only: the per-instruction-set sources include this.
#pragma once

#include <cstdint>

#include "ops/conv2d/winograd_points.h"

namespace impasto::conv2d_kernels {

enum class TilePool : std::uint8_t { none, max, average };

// Reads pixel (i, j) of a tile at src + i row_step + j pixel_step; of a gradient behind a pool,
// which has half the pixels, at src + (i + odd_row) / 2 row_step + (j + odd_column) / 2 pixel_step.
// Where there is a mask, a channel counts only when its bit is set; it has one bit for every pixel
// that the pool read. Pixels outside [first_row, end_row) x [first_column, end_column) are zero and
// not read.
struct WinogradInput {
  unsigned tile_rows = 0, tile_columns = 0;  // of outputs: at most m, even
  const float* src = nullptr;
  std::int64_t row_step = 0, pixel_step = 0;
  std::int64_t channels = 0;
  const std::uint8_t* mask = nullptr;  // may be null; steps in bytes
  std::int64_t mask_row_step = 0, mask_pixel_step = 0;
  unsigned first_row = 0, end_row = 0;
  unsigned first_column = 0, end_column = 0;
  bool pooled = false;  // needs a mask
  unsigned odd_row = 0, odd_column = 0;
  float scale = 1;       // of every element, when pooled
  float* dst = nullptr;  // point f at dst + f point_step; whole vectors are written, zeros behind
  std::int64_t point_step = 0;
};

// dst[row, v] = sum_k src[row, k] wei[k, v]: the matrix of one point, for one block of channels.
struct WinogradProduct {
  const float* src = nullptr;  // [rows, depth] at src + row src_step + k
  std::int64_t src_step = 0;
  const float* wei = nullptr;       // [depth, vectors]
  const float* next_src = nullptr;  // what will be src and wei next time: brought near meanwhile
  const float* next_wei = nullptr;
  std::int64_t rows = 0, depth = 0;
  float* dst = nullptr;  // [rows, vectors]
  unsigned vectors = 0;
};

// Writes `rows` x `columns` of the outputs: act(result + bias), and one bit each of the mask.
// With a pool, dst has one pixel for each 2 x 2 of them; the mask then tells which of the outputs
// reach dst: of the maximum the winner (the first of equals) if it passes ReLU, of the average each
// that passes.
struct WinogradOutput {
  unsigned tile_rows = 0, tile_columns = 0;  // at most m, even
  const float* src = nullptr;                // point f at src + f point_step
  std::int64_t point_step = 0;
  const float* bias = nullptr;  // may be null
  bool relu = false;
  TilePool pool = TilePool::none;
  bool stream = false;  // past the caches: for results that do not fit there
  float* dst = nullptr;
  std::int64_t row_step = 0, pixel_step = 0;
  unsigned rows = 0, columns = 0;
  std::int64_t channels = 0;
  std::uint8_t* mask = nullptr;  // may be null; steps in bytes
  std::int64_t mask_row_step = 0, mask_pixel_step = 0;
};

struct WinogradForm {
  const char* isa;
  unsigned outputs;      // of a tile each way: m
  const double* pairs;   // m / 2
  unsigned lanes;        // of a vector
  unsigned max_vectors;  // of a block of channels
  void (*input)(const WinogradInput&);
  void (*multiply)(const WinogradProduct&);
  void (*output)(const WinogradOutput&);
  void (*finish)();  // at the end of a task: makes streamed results visible to other threads
};

namespace avx2 {
extern const WinogradForm kWinograd4, kWinograd6;
void winograd_multiply(const WinogradProduct&);
}  // namespace avx2
namespace avx512 {
extern const WinogradForm kWinograd4, kWinograd6;
void winograd_multiply(const WinogradProduct&);
}  // namespace avx512

}  // namespace impasto::conv2d_kernels
