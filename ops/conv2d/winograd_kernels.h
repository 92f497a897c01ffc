// The parts of a Winograd convolution F(4x4, 3x3), one implementation per instruction set: a tile
// of 6 x 6 inputs becomes one row of each of 36 matrices, one a point (input transform); each is
// multiplied by that point's filter matrix; the 36 results of a tile become 4 x 4 outputs (output
// transform). 36 multiplications an output tile and channel pair instead of 144: four times fewer.
//
// Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms for
// convolutional neural networks", 2015. Points 0, +-5/8, +-3/2, infinity: half the rounding error
// of the customary 0, +-1, +-2, infinity at the same cost.
//
// Plain structs only: the per-instruction-set sources include this.
#pragma once

#include <cstdint>

namespace impasto::conv2d_kernels {

inline constexpr unsigned kWinogradOutputs = 4;  // a tile's outputs each way
inline constexpr unsigned kWinogradInputs = 6;   // and its inputs
inline constexpr unsigned kWinogradPoints = kWinogradInputs * kWinogradInputs;

inline constexpr double kPointA = 0.625, kPointB = 1.5;

enum class TilePool : std::uint8_t { none, max, average };

// Reads pixel (i, j) of a tile at src + i row_step + j pixel_step; of a gradient behind a pool,
// which has half the pixels, at src + (i + odd_row) / 2 row_step + (j + odd_column) / 2 pixel_step.
// Where there is a mask, a channel counts only when its bit is set; it has one bit for every pixel
// that the pool read. Pixels outside [first_row, end_row) x [first_column, end_column) are zero and
// not read.
struct WinogradInput {
  const float* src = nullptr;
  std::int64_t row_step = 0, pixel_step = 0;
  std::int64_t channels = 0;
  const std::uint8_t* mask = nullptr;  // may be null; steps in bytes
  std::int64_t mask_row_step = 0, mask_pixel_step = 0;
  unsigned first_row = 0, end_row = kWinogradInputs;
  unsigned first_column = 0, end_column = kWinogradInputs;
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

// Writes `rows` x `columns` of the 4 x 4 outputs: act(result + bias), and one bit each of the mask.
// With a pool, dst has one pixel for each 2 x 2 of them; the mask then tells which of the outputs
// reach dst: of the maximum the winner (the first of equals) if it passes ReLU, of the average each
// that passes.
struct WinogradOutput {
  const float* src = nullptr;  // point f at src + f point_step
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

struct WinogradIsa {
  const char* name;
  unsigned lanes;        // of a vector
  unsigned max_vectors;  // of a block of channels
  void (*input)(const WinogradInput&);
  void (*multiply)(const WinogradProduct&);
  void (*output)(const WinogradOutput&);
  void (*finish)();  // at the end of a task: makes streamed results visible to other threads
};

namespace avx2 {
extern const WinogradIsa kWinograd;
void winograd_multiply(const WinogradProduct&);
}  // namespace avx2
namespace avx512 {
extern const WinogradIsa kWinograd;
void winograd_multiply(const WinogradProduct&);
}  // namespace avx512

}  // namespace impasto::conv2d_kernels
