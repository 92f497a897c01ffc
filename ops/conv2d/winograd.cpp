// Forward and backward-data by Winograd's algorithm with f32 products.
#include "ops/conv2d/winograd.h"

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Outputs for which a filter is worth transforming in every call.
constexpr std::int64_t kFilterPays = 2048;

// Where maps have up to so many pixels, they take little memory: forward, a filter may take twice
// as much, for in mixed precision those of gradients take half.
constexpr std::int64_t kSmallMap = 64 * 64;

// Tiles for which larger filters than those of F(4x4) are worth reading.
constexpr std::int64_t kLargerPay = 16;

// Inputs [point, row, channel]. Rows and points are followed by some floats, so that they do not
// fall on the same cache sets.
class Matrices final : public WinogradMatrices {
 public:
  Matrices(const WinogradTiles& tiles, const float* filters)
      : tiles_(tiles),
        filters_(filters),
        points_(point_count(tiles.form())),
        row_step_(ceil_div(tiles.correlation().ic, tiles.form().lanes) * tiles.form().lanes + 16) {}

  std::int64_t input_count(std::int64_t rows) const override { return points_ * point_step(rows); }
  std::int64_t own_count() const override { return tiles_.patch_count(); }

  void transform(const WinogradTile& tile, std::int64_t row, std::int64_t rows, float* v,
                 float* own) const override {
    tiles_.read(tile, v + row * row_step_, point_step(rows), own);
  }

  void multiply(const Product& product) const override {
    const std::int64_t ic = tiles_.correlation().ic, width = product.block.width;
    WinogradProduct p;
    p.vectors = product.block.vectors;
    p.src_step = row_step_;
    p.depth = ic;
    p.wei = filters_ + product.block.first * points_ * ic;
    const float* v = product.v;
    for (std::int64_t f = 0; f < points_; ++f, v += point_step(product.rows), p.wei = p.next_wei) {
      const auto [begin, end] = product.rows_of(f);
      p.rows = end - begin;
      p.src = v + begin * row_step_;
      p.next_src = p.src + point_step(product.rows);
      p.next_wei = p.wei + ic * width;
      p.dst = product.product + f * product.product_step + (begin - product.begin) * width;
      if (p.rows > 0) tiles_.form().multiply(p);
    }
  }

 private:
  // An odd number of cache lines.
  std::int64_t point_step(std::int64_t rows) const {
    return (ceil_div(rows * row_step_, 16) | 1) * 16;
  }

  const WinogradTiles& tiles_;
  const float* filters_;
  std::int64_t points_, row_step_;
};

// Points of tiles one way.
std::int64_t winograd_points(std::int64_t outputs, std::int64_t tile) {
  const std::int64_t left = outputs % tile;
  return outputs / tile * (tile + 2) + (left > 0 ? even_outputs(left, tile) + 2 : 0);
}

// Multiplications for a pair of channels.
std::int64_t winograd_products(const Conv2dProblem& p, std::int64_t tile) {
  return winograd_points(p.oh(), tile) * winograd_points(p.ow(), tile);
}

std::int64_t tile_count(const Conv2dProblem& p, std::int64_t tile) {
  return ceil_div(p.oh(), tile) * ceil_div(p.ow(), tile);
}

std::size_t filter_bytes(const Conv2dProblem& p, std::int64_t tile, std::size_t value_bytes) {
  return static_cast<std::size_t>(p.ic * p.oc * (tile + 2) * (tile + 2)) * value_bytes;
}

// What tiles of more than 4 x 4 outputs must fulfil besides.
Support supports_larger(const Conv2dProblem& p, std::int64_t tile, WinogradFilter filter) {
  if (winograd_products(p, tile) * 12 > winograd_products(p, 4) * 11) {
    return Support::no(fmt::format("tiles of 4 x 4 suit {} x {} outputs", p.oh(), p.ow()));
  }
  if (p.n * tile_count(p, tile) < kLargerPay) {
    return Support::no("its larger filters would be read for few tiles");
  }
  if (filter_bytes(p, tile, filter.value_bytes) > filter.most_bytes) {
    return Support::no("its transformed filter would take too much memory");
  }
  return Support::yes();
}

std::int64_t scratch_count(const WinogradForm& form, const Correlation& c, int threads) {
  const WinogradTiles tiles(form, c);
  return correlate_count(tiles, Matrices(tiles, nullptr), threads);
}

void correlate(ThreadPool& threads, const WinogradForm& form, const Correlation& c,
               float* scratch) {
  const WinogradTiles tiles(form, c);
  correlate(threads, tiles, Matrices(tiles, c.packed), scratch);
}

const float* filters_of(Context& context, const WinogradForm& form, const FilterView& view,
                        FilterCache* cache, const char* direction, float*& scratch) {
  return prepared_filters(
      context, cache, fmt::format("conv2d.{}.cpu.winograd{}.{}", direction, form.outputs, form.isa),
      transformed_count(form, view),
      [&](float* to) { transform_filter(context.threads(), form, view, to); }, scratch);
}

}  // namespace

Support supports_winograd(const Conv2dProblem& p, unsigned tile, WinogradFilter filter) {
  if (p.kh != 3 || p.kw != 3 || p.params.stride != 1) {
    return Support::no("needs 3x3 filters and stride 1");
  }
  if (p.ic < 16 || p.oc < 16) return Support::no("needs at least 16 channels on both sides");
  const std::int64_t outputs = p.oh() * p.ow();
  if (outputs * 9 < tile_count(p, tile) * (tile + 2) * (tile + 2) * 4 / 3) {
    return Support::no(fmt::format("{} x {} outputs fill too little of its tiles", p.oh(), p.ow()));
  }
  if (!p.filter_cached && outputs < kFilterPays) {
    return Support::no("the filter may change, and transforming it would cost more than is saved");
  }
  return tile > 4 ? supports_larger(p, tile, filter) : Support::yes();
}

Support supports_forward_winograd(const Conv2dProblem& p, unsigned tile) {
  if (tile > 4 && !p.loose) {
    return Support::no(
        "rounds four times as much as F(4x4), and mixed precision was not asked for");
  }
  const bool small = p.n * p.oh() * p.ow() <= kSmallMap;
  return supports_winograd(p, tile,
                           {.most_bytes = small ? 2 * kMostFilterBytes : kMostFilterBytes});
}

std::size_t forward_winograd_bytes(const WinogradForm& form, const Conv2dProblem& p, int threads) {
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(form, forward_view(p, nullptr));
  return float_bytes(checked_add(filters, scratch_count(form, forward_correlation(p), threads)));
}

void forward_winograd(const WinogradForm& form, Context& context, const Conv2dProblem& p,
                      const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = forward_correlation(p);
  set_operands(c, args);
  c.packed = filters_of(context, form, forward_view(p, args.wei.data<float>()), args.cache, "fwd",
                        scratch);
  correlate(context.threads(), form, c, scratch);
}

std::size_t backward_data_winograd_bytes(const WinogradForm& form, const Conv2dProblem& p,
                                         int threads) {
  const Correlation c = backward_correlation(p);
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(form, backward_data_view(p, nullptr));
  return float_bytes(
      checked_add(checked_add(filters, folded_count(p, c)), scratch_count(form, c, threads)));
}

void backward_data_winograd(const WinogradForm& form, Context& context, const Conv2dProblem& p,
                            const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = backward_correlation(p);
  set_operands(c, args);
  c.packed = filters_of(context, form, backward_data_view(p, args.wei.data<float>()), args.cache,
                        "bwd_data", scratch);
  correlate_and_fold(context.threads(), p, c, scratch,
                     [&](float* rest) { correlate(context.threads(), form, c, rest); });
}

}  // namespace impasto::conv2d_kernels
