#include "ops/conv2d/winograd_tiles.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Results larger than this are written past the caches, which hold filters instead.
constexpr std::int64_t kStreamFloats = 1 << 16;

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

unsigned WinogradTiles::clip(std::int64_t i) const {
  return static_cast<unsigned>(std::clamp<std::int64_t>(i, 0, inputs_));
}

WinogradTiles::Place WinogradTiles::place_of(std::int64_t tile) const {
  const std::int64_t row = tile / columns_;
  return {row / rows_, row % rows_ * outputs_, tile % columns_ * outputs_};
}

std::int64_t WinogradTiles::patch_count() const {
  return c_.pad_mode == PadMode::zero ? 0 : ceil_div(inputs_ * inputs_ * c_.ic, 16) * 16;
}

void WinogradTiles::read(std::int64_t tile, float* dst, std::int64_t point_step,
                         float* patch) const {
  const Place place = place_of(tile);
  const std::int64_t y = place.y - c_.top, x = place.x - c_.left;
  WinogradInput input;
  input.channels = c_.ic;
  input.pixel_step = c_.ic;
  input.dst = dst;
  input.point_step = point_step;
  input.end_row = input.end_column = clip(inputs_);
  const bool inside = y >= 0 && x >= 0 && y + inputs_ <= c_.h && x + inputs_ <= c_.w;
  if (!inside && c_.pad_mode != PadMode::zero) {
    copy_patch(place.n, y, x, patch);
    input.src = patch;
    input.row_step = inputs_ * c_.ic;
  } else {
    locate(input, place.n, y, x);
  }
  form_.input(input);
}

// The tile whose first pixel is (y, x), read where it lies.
void WinogradTiles::locate(WinogradInput& input, std::int64_t n, std::int64_t y,
                           std::int64_t x) const {
  const std::int64_t shrink = c_.src_pool ? 2 : 1;
  const std::int64_t h = c_.h / shrink, w = c_.w / shrink;
  input.first_row = clip(-y), input.end_row = clip(h * shrink - y);
  input.first_column = clip(-x), input.end_column = clip(w * shrink - x);
  input.row_step = w * c_.ic;
  if (c_.src_pool) {
    input.pooled = true;
    input.scale = *c_.src_pool == PoolKind::average ? 0.25f : 1.0f;
    input.odd_row = y & 1, input.odd_column = x & 1;
    y >>= 1, x >>= 1;
  }
  input.src = c_.src + ((n * h + y) * w + x) * c_.ic;
  if (c_.src_mask == nullptr) return;
  if (c_.src_pool) y = 2 * y + input.odd_row, x = 2 * x + input.odd_column;
  input.mask_pixel_step = mask_channels(c_.ic) / 8;
  input.mask_row_step = c_.w * input.mask_pixel_step;
  input.mask = c_.src_mask + ((n * c_.h + y) * c_.w + x) * input.mask_pixel_step;
}

// Reflected and repeated borders: the tile as it would be inside the padded picture. Tiles reach
// past that; what they read there does not count, but must exist.
void WinogradTiles::copy_patch(std::int64_t n, std::int64_t y, std::int64_t x, float* patch) const {
  const auto shown = [&](std::int64_t i, std::int64_t size, std::int64_t pad) {
    return padded_source(std::min(i, size + pad - 1), size, c_.pad_mode);
  };
  for (std::int64_t i = 0; i < inputs_; ++i) {
    const std::int64_t row = n * c_.h + shown(y + i, c_.h, c_.top);
    for (std::int64_t j = 0; j < inputs_; ++j, patch += c_.ic) {
      std::copy_n(c_.src + (row * c_.w + shown(x + j, c_.w, c_.left)) * c_.ic, c_.ic, patch);
    }
  }
}

void WinogradTiles::write(std::int64_t tile, const ChannelBlock& block, const float* src,
                          std::int64_t point_step) const {
  const Place place = place_of(tile);
  WinogradOutput output;
  output.src = src;
  output.point_step = point_step;
  output.bias = c_.bias == nullptr ? nullptr : c_.bias + block.first;
  output.relu = c_.relu;
  output.rows = static_cast<unsigned>(std::min(outputs_, c_.oh - place.y));
  output.columns = static_cast<unsigned>(std::min(outputs_, c_.ow - place.x));
  output.channels = block.channels;
  const std::int64_t shrink = c_.dst_pool ? 2 : 1;
  const std::int64_t h = c_.oh / shrink, w = c_.ow / shrink;
  if (c_.dst_pool) {
    output.pool = *c_.dst_pool == PoolKind::max ? TilePool::max : TilePool::average;
  }
  output.pixel_step = c_.oc;
  output.row_step = w * c_.oc;
  output.dst =
      c_.dst + ((place.n * h + place.y / shrink) * w + place.x / shrink) * c_.oc + block.first;
  output.stream = c_.n * h * w * c_.oc > kStreamFloats && c_.oc % form_.lanes == 0;
  if (c_.mask != nullptr) {
    output.mask_pixel_step = mask_channels(c_.oc) / 8;
    output.mask_row_step = c_.ow * output.mask_pixel_step;
    output.mask = c_.mask + block.first / 8 +
                  ((place.n * c_.oh + place.y) * c_.ow + place.x) * output.mask_pixel_step;
  }
  form_.output(output);
}

}  // namespace impasto::conv2d_kernels
