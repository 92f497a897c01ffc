// What backward-data by columns does besides the product of direct_tile.cpp: adding the products of
// a row of taps where they belong, and reading a gradient through a mask.
#include "ops/conv2d/columns_kernels.h"
#include "tensor/simd/mask.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

// A pixel of few channels, of whatever instruction set.
using Few [[gnu::vector_size(4 * kFewChannels), gnu::aligned(4), gnu::may_alias]] = float;

inline Few load_few(const float* from) {
  return *reinterpret_cast<const Few*>(from);
}

void add_taps(const TapRow& row) {
  const std::int64_t run = row.taps * row.channels;
  for (std::int64_t x = 0; x < row.pixels; ++x) {
    const float* from = row.products + x * row.product_step;
    float* to = row.sums + x * row.stride * row.channels;
    std::int64_t k = 0;
    for (; k + kLanes <= run; k += kLanes) store(to + k, load(to + k) + load(from + k));
    for (; k < run; ++k) to[k] += from[k];
  }
}

// Each sum is read and written once, so no load waits for the store before it: a pixel gathers
// its taps, instead of each product going to the pixels that it reaches. The number of taps is a
// constant when kTaps > 0.
template <std::int64_t kTaps>
void gather_taps(const TapRow& row) {
  const std::int64_t taps = kTaps > 0 ? kTaps : row.taps;
  const std::int64_t next_tap = row.channels - row.product_step;  // one pixel back, one tap on
  for (std::int64_t x = 0; x < row.pixels + taps - 1; ++x) {
    Few* sum = reinterpret_cast<Few*>(row.sums + x * kFewChannels);
    const float* product = row.products + x * row.product_step;
    Few total = *sum;
    for (std::int64_t j = 0; j < taps; ++j) total += load_few(product + j * next_tap);
    *sum = total;
  }
}

void add_taps_few(const TapRow& row) {
  return row.taps == 3 ? gather_taps<3>(row) : gather_taps<0>(row);
}

bool is_set(const std::uint8_t* mask, std::int64_t channel) {
  return (unsigned{mask[channel / 8]} >> channel % 8 & 1u) != 0;
}

void keep_masked(const MaskedPixels& pixels) {
#if IMPASTO_LANES >= 8
  const F32 scale = broadcast(pixels.scale);
#endif
  const std::uint8_t* mask = pixels.mask;
  float* to = pixels.to;
  for (std::int64_t x = pixels.first; x < pixels.first + pixels.pixels; ++x) {
    const float* from = pixels.row + (pixels.pooled ? x / 2 : x) * pixels.channels;
    std::int64_t c = 0;
#if IMPASTO_LANES >= 8
    for (; c + kLanes <= pixels.channels; c += kLanes) {
      store(to + c, scale * load_where(load_mask(mask + c / 8), from + c));
    }
#endif
    for (; c < pixels.channels; ++c) to[c] = is_set(mask, c) ? pixels.scale * from[c] : 0.0f;
    to += pixels.channels;
    mask += pixels.mask_step;
  }
}

}  // namespace

const ColumnsIsa kColumns = {&kDirect, add_taps, add_taps_few, keep_masked};

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
