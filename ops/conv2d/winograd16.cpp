#include "ops/conv2d/winograd16.h"

#include <algorithm>

#include "ops/gemm/product16.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Channels of a row of integers: whole vectors of 32.
std::int64_t padded_depth(std::int64_t ic) {
  return ceil_div(ic, 32) * 32;
}

// Filters as multiply16() reads them: blocks of output channels, in a block [point, pair of input
// channels, output channel, 2], all of it followed by the scales [block, point, output channel].
// Sizes in floats.
struct Filters {
  Filters(const WinogradForm& tile_form, const FilterView& bank)
      : form(tile_form),
        view(bank),
        points(point_count(form)),
        pairs(padded_depth(view.ic) / 2),
        channels(ceil_div(view.oc, form.lanes) * form.lanes),
        values(checked_mul(points * channels, pairs)) {}

  std::int64_t count() const { return values + points * channels; }

  const WinogradForm& form;
  FilterView view;
  std::int64_t points, pairs, channels, values;
};

// Block by block, for exact filters take twice the memory.
void prepare(Context& context, const Filters& filters, float* prepared) {
  const FilterView& view = filters.view;
  const WinogradForm& form = filters.form;
  const std::int64_t points = filters.points, block = block_channels(form);
  FilterView part = view;
  part.oc = std::min(block, view.oc);
  Tensor exact = context.empty({transformed_count(form, part)});
  const float* from = exact.data<float>();
  auto* values = reinterpret_cast<std::int16_t*>(prepared);
  float* scales = prepared + filters.values;
  for (std::int64_t first = 0; first < view.oc; first += block) {
    part.first = view.first + first * view.o_step;
    part.oc = std::min(block, view.oc - first);
    transform_filter(context.threads(), form, part, exact.data<float>());
    const std::int64_t width = std::min(block, filters.channels - first);
    parallel_for(context.threads(), points, 1, [&](std::int64_t f, std::int64_t) {
      const std::int64_t at = first * points + f * width;
      gemm_tile::avx512vnni::quantize_columns({.src = from + f * width * view.ic,
                                               .src_step = width,
                                               .depth = view.ic,
                                               .padded = 2 * filters.pairs,
                                               .vectors = static_cast<unsigned>(width / form.lanes),
                                               .norm = gemm_tile::kNorm16,
                                               .dst = values + at * 2 * filters.pairs,
                                               .dst_step = 2 * width,
                                               .scale = scales + at});
    });
  }
}

// Inputs [point, row, channel] in integers, then their scales [point, row].
class Matrices final : public WinogradMatrices {
 public:
  Matrices(const WinogradTiles& tiles, const Filters& filters, const float* prepared)
      : tiles_(tiles), filters_(filters), prepared_(prepared) {}

  std::int64_t input_count(std::int64_t rows) const override {
    return filters_.points * point_step(rows) / 2 + ceil_div(filters_.points * rows, 16) * 16;
  }
  std::int64_t own_count() const override {
    return tiles_.patch_count() + filters_.points * exact_step();
  }

  void transform(const WinogradTile& tile, std::int64_t row, std::int64_t rows, float* v,
                 float* own) const override {
    float* exact = own + tiles_.patch_count();
    tiles_.read(tile, exact, exact_step(), own);
    auto* integers = reinterpret_cast<std::int16_t*>(v) + row * row_step();
    float* scales = v + filters_.points * point_step(rows) / 2 + row;
    const std::int64_t across = tile_inputs(filters_.form);
    const bool narrow = tile.columns + 2 < across;
    // Points that the tile has, of one row if not all of them.
    const std::int64_t runs = narrow ? tile.rows + 2 : 1;
    const std::int64_t points = narrow ? tile.columns + 2 : (tile.rows + 2) * across;
    for (std::int64_t f = 0; f < runs * across; f += across) {
      gemm_tile::avx512vnni::quantize_rows({.src = exact + f * exact_step(),
                                            .src_step = exact_step(),
                                            .rows = points,
                                            .depth = filters_.view.ic,
                                            .padded = 2 * filters_.pairs,
                                            .dst = integers + f * point_step(rows),
                                            .dst_step = point_step(rows),
                                            .scale = scales + f * rows,
                                            .scale_step = rows});
    }
  }

  void multiply(const Product& product) const override {
    const std::int64_t first = product.block.first, width = product.block.width;
    gemm_tile::Product16 p;
    p.vectors = product.block.vectors;
    p.src_step = row_step();
    p.depth = 2 * filters_.pairs;
    p.wei = reinterpret_cast<const std::int16_t*>(prepared_) + first * filters_.points * p.depth;
    p.wei_scale = prepared_ + filters_.values + first * filters_.points;
    p.dst_step = width;
    const auto* v = reinterpret_cast<const std::int16_t*>(product.v);
    const float* scales = product.v + filters_.points * point_step(product.rows) / 2;
    for (std::int64_t f = 0; f < filters_.points; ++f, v += point_step(product.rows)) {
      const auto [begin, end] = product.rows_of(f);
      p.rows = end - begin;
      p.src = v + begin * row_step();
      p.src_scale = scales + f * product.rows + begin;
      p.next_src = p.src + point_step(product.rows);
      p.next_wei = p.wei + p.depth * width;
      p.dst = product.product + f * product.product_step + (begin - product.begin) * width;
      if (p.rows > 0) gemm_tile::avx512vnni::multiply16(p);
      p.wei = p.next_wei, p.wei_scale += width;
    }
  }

 private:
  // In integers, but exact_step(); a cache line more, so that rows do not fall on the same sets.
  std::int64_t row_step() const { return 2 * filters_.pairs + 32; }
  std::int64_t point_step(std::int64_t rows) const { return (rows * row_step() / 32 | 1) * 32; }
  std::int64_t exact_step() const { return 2 * filters_.pairs + 16; }

  const WinogradTiles& tiles_;
  const Filters& filters_;
  const float* prepared_;
};

}  // namespace

Support supports_backward_data_winograd16(const Conv2dProblem& p, unsigned tile) {
  if (!p.mixed) return Support::no("rounds to 16 bits, and mixed precision was not asked for");
  if (!p.filter_cached) return Support::no("needs frozen filters");
  if (p.oc >= gemm_tile::kMaxDepth16) {
    return Support::no("sums over so many channels could leave 32 bits");
  }
  return supports_winograd(p, tile, {.value_bytes = sizeof(std::int16_t)});
}

std::size_t backward_data_winograd16_bytes(const WinogradForm& form, const Conv2dProblem& p,
                                           int threads) {
  const Correlation c = backward_correlation(p);
  const WinogradTiles tiles(form, c);
  const Filters filters(form, backward_data_view(p, nullptr));
  return float_bytes(checked_add(
      folded_count(p, c), correlate_count(tiles, Matrices(tiles, filters, nullptr), threads)));
}

void backward_data_winograd16(const WinogradForm& form, Context& context, const Conv2dProblem& p,
                              const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = backward_correlation(p);
  set_operands(c, args);
  const Filters filters(form, backward_data_view(p, args.wei.data<float>()));
  const float* prepared = prepared_filters(
      context, args.cache, fmt::format("conv2d.bwd_data.cpu.winograd{}.int16", form.outputs),
      filters.count(), [&](float* to) { prepare(context, filters, to); }, scratch);
  correlate_and_fold(context.threads(), p, c, scratch, [&](float* rest) {
    const WinogradTiles tiles(form, c);
    correlate(context.threads(), tiles, Matrices(tiles, filters, prepared), rest);
  });
}

}  // namespace impasto::conv2d_kernels
