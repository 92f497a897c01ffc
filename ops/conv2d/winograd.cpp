// Forward and backward-data by Winograd's algorithm with f32 products.
#include "ops/conv2d/winograd.h"

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kPoints = kWinogradPoints;

// Outputs for which a filter is worth transforming in every call.
constexpr std::int64_t kFilterPays = 2048;

// Inputs [point, row, channel]. Rows and points are followed by some floats, so that they do not
// fall on the same cache sets.
class Matrices final : public WinogradMatrices {
 public:
  Matrices(const WinogradTiles& tiles, const float* filters)
      : tiles_(tiles),
        filters_(filters),
        row_step_(ceil_div(tiles.correlation().ic, tiles.isa().lanes) * tiles.isa().lanes + 16) {}

  std::int64_t input_count(std::int64_t rows) const override { return kPoints * point_step(rows); }
  std::int64_t own_count() const override { return tiles_.patch_count(); }

  void transform(std::int64_t tile, std::int64_t row, std::int64_t rows, float* v,
                 float* own) const override {
    tiles_.read(tile, v + row * row_step_, point_step(rows), own);
  }

  void multiply(const Product& product) const override {
    const std::int64_t ic = tiles_.correlation().ic, width = product.block.width;
    WinogradProduct p;
    p.vectors = product.block.vectors;
    p.src_step = row_step_;
    p.rows = product.end - product.begin;
    p.depth = ic;
    p.src = product.v + product.begin * row_step_;
    p.wei = filters_ + product.block.first * kPoints * ic;
    p.dst = product.product;
    for (std::int64_t f = 0; f < kPoints; ++f) {
      p.next_src = p.src + point_step(product.rows);
      p.next_wei = p.wei + ic * width;
      tiles_.isa().multiply(p);
      p.src = p.next_src;
      p.wei = p.next_wei;
      p.dst += product.product_step;
    }
  }

 private:
  std::int64_t point_step(std::int64_t rows) const { return rows * row_step_ + 16; }

  const WinogradTiles& tiles_;
  const float* filters_;
  std::int64_t row_step_;
};

std::int64_t scratch_count(const WinogradIsa& isa, const Correlation& c, int threads) {
  const WinogradTiles tiles(isa, c);
  return correlate_count(tiles, Matrices(tiles, nullptr), threads);
}

void correlate(ThreadPool& threads, const WinogradIsa& isa, const Correlation& c, float* scratch) {
  const WinogradTiles tiles(isa, c);
  correlate(threads, tiles, Matrices(tiles, c.packed), scratch);
}

const float* filters_of(Context& context, const WinogradIsa& isa, const FilterView& view,
                        FilterCache* cache, const char* direction, float*& scratch) {
  return prepared_filters(
      context, cache, fmt::format("conv2d.{}.cpu.winograd4.{}", direction, isa.name),
      transformed_count(isa, view),
      [&](float* to) { transform_filter(context.threads(), isa, view, to); }, scratch);
}

}  // namespace

Support supports_winograd(const Conv2dProblem& p) {
  if (p.kh != 3 || p.kw != 3 || p.params.stride != 1) {
    return Support::no("needs 3x3 filters and stride 1");
  }
  if (p.ic < 16 || p.oc < 16) return Support::no("needs at least 16 channels on both sides");
  const std::int64_t outputs = p.oh() * p.ow();
  const std::int64_t tiles =
      ceil_div(p.oh(), kWinogradOutputs) * ceil_div(p.ow(), kWinogradOutputs);
  if (outputs * 9 < tiles * kPoints * 4 / 3) {
    return Support::no(fmt::format("{} x {} outputs fill too little of its tiles", p.oh(), p.ow()));
  }
  if (!p.filter_cached && outputs < kFilterPays) {
    return Support::no("the filter may change, and transforming it would cost more than is saved");
  }
  return Support::yes();
}

std::size_t forward_winograd_bytes(const WinogradIsa& isa, const Conv2dProblem& p, int threads) {
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(isa, forward_view(p, nullptr));
  return float_bytes(checked_add(filters, scratch_count(isa, forward_correlation(p), threads)));
}

void forward_winograd(const WinogradIsa& isa, Context& context, const Conv2dProblem& p,
                      const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = forward_correlation(p);
  set_operands(c, args);
  c.packed =
      filters_of(context, isa, forward_view(p, args.wei.data<float>()), args.cache, "fwd", scratch);
  correlate(context.threads(), isa, c, scratch);
}

std::size_t backward_data_winograd_bytes(const WinogradIsa& isa, const Conv2dProblem& p,
                                         int threads) {
  const Correlation c = backward_correlation(p);
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(isa, backward_data_view(p, nullptr));
  return float_bytes(
      checked_add(checked_add(filters, folded_count(p, c)), scratch_count(isa, c, threads)));
}

void backward_data_winograd(const WinogradIsa& isa, Context& context, const Conv2dProblem& p,
                            const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = backward_correlation(p);
  set_operands(c, args);
  c.packed = filters_of(context, isa, backward_data_view(p, args.wei.data<float>()), args.cache,
                        "bwd_data", scratch);
  correlate_and_fold(context.threads(), p, c, scratch,
                     [&](float* rest) { correlate(context.threads(), isa, c, rest); });
}

}  // namespace impasto::conv2d_kernels
