#include "ops/conv2d/winograd_tiles.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Results larger than this are written past the caches, which hold filters instead.
constexpr std::int64_t kStreamFloats = 1 << 16;

unsigned clip(std::int64_t i, std::int64_t inputs) {
  return static_cast<unsigned>(std::clamp<std::int64_t>(i, 0, inputs));
}

}  // namespace

WinogradTiles::WinogradTiles(const WinogradForm& form, const Correlation& correlation)
    : form_(form),
      c_(correlation),
      outputs_(form.outputs),
      inputs_(tile_inputs(form)),
      rows_(ceil_div(c_.oh, outputs_)),
      columns_(ceil_div(c_.ow, outputs_)),
      count_(checked_mul(c_.n, checked_mul(rows_, columns_))) {}

std::int64_t WinogradTiles::blocks() const {
  return ceil_div(c_.oc, block_channels(form_));
}

ChannelBlock WinogradTiles::block(std::int64_t index) const {
  const std::int64_t first = index * block_channels(form_);
  const std::int64_t channels = std::min(block_channels(form_), c_.oc - first);
  const std::int64_t vectors = ceil_div(channels, form_.lanes);
  return {first, channels, static_cast<unsigned>(vectors), vectors * form_.lanes};
}

TileOrder WinogradTiles::order(std::int64_t first, std::int64_t count) const {
  std::vector<WinogradTile> tiles;
  tiles.reserve(static_cast<std::size_t>(count));
  std::int64_t column = first % columns_, row = first / columns_ % rows_;
  std::int64_t n = first / columns_ / rows_;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t y = row * outputs_, x = column * outputs_;
    tiles.push_back(
        {n, y, x, even_outputs(c_.oh - y, outputs_), even_outputs(c_.ow - x, outputs_)});
    if (++column == columns_) column = 0, ++row;
    if (row == rows_) row = 0, ++n;
  }
  return {std::move(tiles), outputs_};
}

TileOrder::TileOrder(std::vector<WinogradTile> tiles, std::int64_t outputs)
    : tiles_(tiles.size()), inputs_(outputs + 2) {
  enum Kind : std::size_t { kNarrow, kWhole, kLow, kLowNarrow, kKinds };
  const auto kind_of = [&](const WinogradTile& t) {
    if (t.rows < outputs) return t.columns < outputs ? kLowNarrow : kLow;
    return t.columns < outputs ? kNarrow : kWhole;
  };
  std::size_t next[kKinds + 1] = {};
  for (const WinogradTile& t : tiles) {
    ++next[kind_of(t) + 1];
    if (t.rows < outputs) low_inputs_ = t.rows + 2;
    if (t.columns < outputs) narrow_inputs_ = t.columns + 2;
  }
  for (std::size_t k = 0; k < kKinds; ++k) next[k + 1] += next[k];
  first_whole_ = static_cast<std::int64_t>(next[kWhole]);
  first_low_ = static_cast<std::int64_t>(next[kLow]);
  first_low_narrow_ = static_cast<std::int64_t>(next[kLowNarrow]);
  for (const WinogradTile& t : tiles) tiles_[next[kind_of(t)]++] = t;
}

TileOrder::Rows TileOrder::rows_of(std::int64_t point) const {
  const bool of_low = point / inputs_ < low_inputs_, of_narrow = point % inputs_ < narrow_inputs_;
  if (!of_low) return {of_narrow ? 0 : first_whole_, first_low_};
  return {of_narrow ? 0 : first_whole_, of_narrow ? std::ssize(tiles_) : first_low_narrow_};
}

TileOrder::Rows WinogradMatrices::Product::rows_of(std::int64_t point) const {
  const TileOrder::Rows all = order.rows_of(point);
  const std::int64_t first = std::max(begin, all.begin);
  return {first, std::max(first, std::min(end, all.end))};
}

std::int64_t WinogradTiles::patch_count() const {
  return c_.pad_mode == PadMode::zero ? 0 : ceil_div(inputs_ * inputs_ * c_.ic, 16) * 16;
}

void WinogradTiles::read(const WinogradTile& tile, float* dst, std::int64_t point_step,
                         float* patch) const {
  const std::int64_t y = tile.y - c_.top, x = tile.x - c_.left;
  WinogradInput input;
  input.tile_rows = static_cast<unsigned>(tile.rows);
  input.tile_columns = static_cast<unsigned>(tile.columns);
  input.channels = c_.ic;
  input.pixel_step = c_.ic;
  input.dst = dst;
  input.point_step = point_step;
  input.end_row = input.tile_rows + 2, input.end_column = input.tile_columns + 2;
  const bool inside = y >= 0 && x >= 0 && y + tile.rows + 2 <= c_.h && x + tile.columns + 2 <= c_.w;
  if (!inside && c_.pad_mode != PadMode::zero) {
    copy_patch(tile, patch);
    input.src = patch;
    input.row_step = inputs_ * c_.ic;
  } else {
    locate(input, tile);
  }
  form_.input(input);
}

// The tile's pixels where they lie.
void WinogradTiles::locate(WinogradInput& input, const WinogradTile& tile) const {
  const std::int64_t shrink = c_.src_pool ? 2 : 1;
  const std::int64_t h = c_.h / shrink, w = c_.w / shrink;
  std::int64_t y = tile.y - c_.top, x = tile.x - c_.left;
  input.first_row = clip(-y, tile.rows + 2), input.end_row = clip(h * shrink - y, tile.rows + 2);
  input.first_column = clip(-x, tile.columns + 2);
  input.end_column = clip(w * shrink - x, tile.columns + 2);
  input.row_step = w * c_.ic;
  if (c_.src_pool) {
    input.pooled = true;
    input.scale = *c_.src_pool == PoolKind::average ? 0.25f : 1.0f;
    input.odd_row = y & 1, input.odd_column = x & 1;
    y >>= 1, x >>= 1;
  }
  input.src = c_.src + ((tile.n * h + y) * w + x) * c_.ic;
  if (c_.src_mask == nullptr) return;
  if (c_.src_pool) y = 2 * y + input.odd_row, x = 2 * x + input.odd_column;
  input.mask_pixel_step = mask_channels(c_.ic) / 8;
  input.mask_row_step = c_.w * input.mask_pixel_step;
  input.mask = c_.src_mask + ((tile.n * c_.h + y) * c_.w + x) * input.mask_pixel_step;
}

// Reflected and repeated borders: the tile as it would be inside the padded picture. Tiles reach
// past that; what they read there does not count, but must exist.
void WinogradTiles::copy_patch(const WinogradTile& tile, float* patch) const {
  const auto shown = [&](std::int64_t i, std::int64_t size, std::int64_t pad) {
    return padded_source(std::min(i - pad, size + pad - 1), size, c_.pad_mode);
  };
  for (std::int64_t i = 0; i < tile.rows + 2; ++i, patch += inputs_ * c_.ic) {
    const std::int64_t row = tile.n * c_.h + shown(tile.y + i, c_.h, c_.top);
    for (std::int64_t j = 0; j < tile.columns + 2; ++j) {
      const std::int64_t column = shown(tile.x + j, c_.w, c_.left);
      std::copy_n(c_.src + (row * c_.w + column) * c_.ic, c_.ic, patch + j * c_.ic);
    }
  }
}

void WinogradTiles::write(const WinogradTile& t, const ChannelBlock& block, const float* src,
                          std::int64_t point_step) const {
  WinogradOutput output;
  output.tile_rows = static_cast<unsigned>(t.rows);
  output.tile_columns = static_cast<unsigned>(t.columns);
  output.src = src;
  output.point_step = point_step;
  output.bias = c_.bias == nullptr ? nullptr : c_.bias + block.first;
  output.relu = c_.relu;
  output.rows = static_cast<unsigned>(std::min(t.rows, c_.oh - t.y));
  output.columns = static_cast<unsigned>(std::min(t.columns, c_.ow - t.x));
  output.channels = block.channels;
  const std::int64_t shrink = c_.dst_pool ? 2 : 1;
  const std::int64_t h = c_.oh / shrink, w = c_.ow / shrink;
  if (c_.dst_pool) {
    output.pool = *c_.dst_pool == PoolKind::max ? TilePool::max : TilePool::average;
  }
  output.pixel_step = c_.oc;
  output.row_step = w * c_.oc;
  output.dst = c_.dst + ((t.n * h + t.y / shrink) * w + t.x / shrink) * c_.oc + block.first;
  output.stream = c_.n * h * w * c_.oc > kStreamFloats && c_.oc % form_.lanes == 0;
  if (c_.mask != nullptr) {
    output.mask_pixel_step = mask_channels(c_.oc) / 8;
    output.mask_row_step = c_.ow * output.mask_pixel_step;
    output.mask =
        c_.mask + block.first / 8 + ((t.n * c_.oh + t.y) * c_.ow + t.x) * output.mask_pixel_step;
  }
  form_.output(output);
}

}  // namespace impasto::conv2d_kernels
