// The geometry of a Winograd correlation, common to all precisions: which pixels a tile reads,
// which outputs it writes, and how tiles are dealt out to threads.
#pragma once

#include <algorithm>
#include <vector>

#include "ops/conv2d/correlation.h"
#include "ops/conv2d/winograd_kernels.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {

// Output channels of a block: the widest register tile.
inline std::int64_t block_channels(const WinogradForm& form) {
  return std::int64_t{form.max_vectors} * form.lanes;
}

// Inputs of a tile each way, and points.
inline std::int64_t tile_inputs(const WinogradForm& form) {
  return form.outputs + 2;
}
inline std::int64_t point_count(const WinogradForm& form) {
  return tile_inputs(form) * tile_inputs(form);
}

struct ChannelBlock {
  std::int64_t first = 0, channels = 0;
  unsigned vectors = 0;
  std::int64_t width = 0;  // channels of all its vectors
};

// Of the outputs: the first, and how many each way, even numbers that may reach past the border.
struct WinogradTile {
  std::int64_t n, y, x;
  std::int64_t rows, columns;
};

// Outputs of a tile one way that has `most` of them, where `left` are left.
inline std::int64_t even_outputs(std::int64_t left, std::int64_t most) {
  return std::min(most, ceil_div(left, 2) * 2);
}

// Tiles as rows of the matrices of points, so that those that have a point lie side by side: first
// come those of few columns, then whole ones, those of few rows, and at the very end those of few
// of both.
class TileOrder {
 public:
  TileOrder(std::vector<WinogradTile> tiles, std::int64_t outputs);

  const WinogradTile& operator[](std::int64_t row) const {
    return tiles_[static_cast<std::size_t>(row)];
  }
  struct Rows {
    std::int64_t begin, end;
  };
  Rows rows_of(std::int64_t point) const;  // those that have it

 private:
  std::vector<WinogradTile> tiles_;
  std::int64_t inputs_, low_inputs_ = 0,
                        narrow_inputs_ = 0;  // each way; of few rows, of few columns
  std::int64_t first_whole_ = 0, first_low_ = 0, first_low_narrow_ = 0;
};

class WinogradTiles {
 public:
  WinogradTiles(const WinogradForm& form, const Correlation& correlation);

  const WinogradForm& form() const { return form_; }
  const Correlation& correlation() const { return c_; }
  std::int64_t count() const { return count_; }
  std::int64_t blocks() const;
  ChannelBlock block(std::int64_t index) const;

  // `count` tiles, along rows of tiles, from tile `first` on.
  TileOrder order(std::int64_t first, std::int64_t count) const;

  // Input transform of a tile, point f at dst + f point_step; `patch` has patch_count() floats.
  void read(const WinogradTile& tile, float* dst, std::int64_t point_step, float* patch) const;
  std::int64_t patch_count() const;

  // Output transform of a tile for one block of channels, from point f at src + f point_step.
  void write(const WinogradTile& tile, const ChannelBlock& block, const float* src,
             std::int64_t point_step) const;

 private:
  void copy_patch(const WinogradTile& tile, float* patch) const;
  void locate(WinogradInput& input, const WinogradTile& tile) const;

  const WinogradForm& form_;
  const Correlation& c_;
  std::int64_t outputs_, inputs_;  // of a tile each way
  std::int64_t rows_, columns_, count_;
};

// What lies between the two transforms, in one precision: matrices of transformed inputs, one row a
// tile, and their products with transformed filters.
class WinogradMatrices {
 public:
  virtual ~WinogradMatrices() = default;

  // Floats of workspace for the inputs of `rows` tiles, and for what a thread needs besides.
  virtual std::int64_t input_count(std::int64_t rows) const = 0;
  virtual std::int64_t own_count() const = 0;
  // A tile to row `row` of the inputs at `v`, which were made for `rows` of them.
  virtual void transform(const WinogradTile& tile, std::int64_t row, std::int64_t rows, float* v,
                         float* own) const = 0;

  // Rows [begin, end) of the inputs by the filters of a block, of each point those that have it;
  // point f of row r lands in f32 at product + f product_step + (r - begin) block.width.
  struct Product {
    const TileOrder& order;
    ChannelBlock block;
    const float* v;
    std::int64_t begin, end, rows;
    float* product;
    std::int64_t product_step;

    TileOrder::Rows rows_of(std::int64_t point) const;
  };
  virtual void multiply(const Product& product) const = 0;
};

// Floats of workspace for a pool of `threads` threads, and the correlation itself.
std::int64_t correlate_count(const WinogradTiles& tiles, const WinogradMatrices& matrices,
                             int threads);
void correlate(ThreadPool& threads, const WinogradTiles& tiles, const WinogradMatrices& matrices,
               float* scratch);

}  // namespace impasto::conv2d_kernels
