// The geometry of a Winograd correlation, common to all precisions: which pixels a tile reads,
// which outputs it writes, and how tiles are dealt out to threads.
#pragma once

#include "ops/conv2d/correlation.h"
#include "ops/conv2d/winograd_kernels.h"

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

class WinogradTiles {
 public:
  WinogradTiles(const WinogradForm& form, const Correlation& correlation);

  const WinogradForm& form() const { return form_; }
  const Correlation& correlation() const { return c_; }
  std::int64_t count() const { return count_; }
  std::int64_t blocks() const;
  ChannelBlock block(std::int64_t index) const;

  // Input transform of a tile, point f at dst + f point_step; `patch` has patch_count() floats.
  void read(std::int64_t tile, float* dst, std::int64_t point_step, float* patch) const;
  std::int64_t patch_count() const;

  // Output transform of a tile for one block of channels, from point f at src + f point_step.
  void write(std::int64_t tile, const ChannelBlock& block, const float* src,
             std::int64_t point_step) const;

 private:
  struct Place {
    std::int64_t n, y, x;  // the tile's first output
  };
  Place place_of(std::int64_t tile) const;
  unsigned clip(std::int64_t i) const;
  void copy_patch(std::int64_t n, std::int64_t y, std::int64_t x, float* patch) const;
  void locate(WinogradInput& input, std::int64_t n, std::int64_t y, std::int64_t x) const;

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
  // Tile `tile` to row `row` of the inputs at `v`, which were made for `rows` of them.
  virtual void transform(std::int64_t tile, std::int64_t row, std::int64_t rows, float* v,
                         float* own) const = 0;

  // Rows [begin, end) of the inputs by the filters of a block; point f of row r lands in f32 at
  // product + f product_step + (r - begin) block.width.
  struct Product {
    ChannelBlock block;
    const float* v;
    std::int64_t begin, end, rows;
    float* product;
    std::int64_t product_step;
  };
  virtual void multiply(const Product& product) const = 0;
};

// Floats of workspace for a pool of `threads` threads, and the correlation itself.
std::int64_t correlate_count(const WinogradTiles& tiles, const WinogradMatrices& matrices,
                             int threads);
void correlate(ThreadPool& threads, const WinogradTiles& tiles, const WinogradMatrices& matrices,
               float* scratch);

}  // namespace impasto::conv2d_kernels
