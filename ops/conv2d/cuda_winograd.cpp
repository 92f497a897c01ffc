// Forward and backward-data by Winograd's algorithm on a GPU: filters, workspace, and how many
// tiles go through the three steps at a time.
#include "ops/conv2d/cuda.h"
#include "ops/conv2d/winograd.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kPoints = kWinogradPoints;

std::int64_t filter_count(const FilterView& view) {
  return checked_mul(kPoints, checked_mul(winograd_inputs(static_cast<int>(view.ic)),
                                          winograd_outputs(static_cast<int>(view.oc))));
}

// Floats between the steps, for one tile.
std::int64_t tile_floats(const Correlation& c) {
  return kPoints *
         (winograd_inputs(static_cast<int>(c.ic)) + winograd_outputs(static_cast<int>(c.oc)));
}

std::int64_t all_tiles(const Correlation& c) {
  return c.n * ceil_div(c.oh, kWinogradSide) * ceil_div(c.ow, kWinogradSide);
}

// Tiles at a time: what lies between the steps should stay in the second-level cache, of 40 to 50
// MiB, and a product's blocks have 128 rows.
std::int64_t tiles_at_a_time(const Correlation& c) {
  constexpr std::int64_t kFloats = std::int64_t{8} << 20, kRows = 128;
  const std::int64_t fit = std::max<std::int64_t>(kFloats / tile_floats(c) / kRows, 1) * kRows;
  return std::min(fit, all_tiles(c));
}

std::int64_t scratch_count(const Correlation& c) {
  return checked_mul(tiles_at_a_time(c), tile_floats(c));
}

const float* filters_of(Context& context, const FilterView& view, FilterCache* cache,
                        std::string_view direction, float*& scratch) {
  const std::int64_t count = filter_count(view);
  const auto fill = [&](float* to) {
    IMPASTO_ON_GPU(context, winograd_filters, gpu_view(view), to);
  };
  if (cache == nullptr) {
    float* to = scratch;
    scratch += count;
    fill(to);
    return to;
  }
  const auto make = [&] {
    Tensor filters = Tensor::empty({count}, DType::f32, context.device(), Lifetime::lasting);
    fill(static_cast<float*>(filters.raw()));
    return filters;
  };
  const Tensor& kept = cache->get(fmt::format("conv2d.{}.cuda.winograd4", direction), make);
  return static_cast<const float*>(kept.raw());
}

void correlate(Context& context, GemmMath math, const Correlation& c, const GpuCorrelation& g,
               float* scratch) {
  const std::int64_t step = tiles_at_a_time(c), tiles = all_tiles(c);
  for (std::int64_t first = 0; first < tiles; first += step) {
    GpuWinograd w;
    w.c = g;
    w.first = static_cast<int>(first);
    w.tiles = static_cast<int>(std::min(step, tiles - first));
    w.inside = winograd_inputs(g.ic), w.outside = winograd_outputs(g.oc);
    w.inputs = scratch;
    w.products = scratch + kPoints * step * w.inside;
    IMPASTO_ON_GPU(context, winograd_correlate, w, math);
  }
}

}  // namespace

Support supports_gpu_winograd(const Conv2dProblem& p) {
  const Support fits = fits_gpu(p);
  return fits.ok ? supports_winograd(p, kWinogradSide) : fits;
}

std::size_t forward_gpu_winograd_bytes(const Conv2dProblem& p, int) {
  const std::int64_t filters = p.filter_cached ? 0 : filter_count(forward_view(p, nullptr));
  return float_bytes(checked_add(filters, scratch_count(forward_correlation(p))));
}

void forward_gpu_winograd(GemmMath math, Context& context, const Conv2dProblem& p,
                          const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  const Correlation c = forward_correlation(p);
  GpuCorrelation g = gpu_correlation(c);
  set_gpu_operands(context, g, args);
  g.filters = filters_of(context, forward_view(p, gpu_data<float>(context, args.wei)), args.cache,
                         "fwd", scratch);
  correlate(context, math, c, g, scratch);
}

std::size_t backward_data_gpu_winograd_bytes(const Conv2dProblem& p, int) {
  const Correlation c = backward_correlation(p);
  const std::int64_t filters = p.filter_cached ? 0 : filter_count(backward_data_view(p, nullptr));
  return float_bytes(checked_add(checked_add(filters, folded_count(p, c)), scratch_count(c)));
}

void backward_data_gpu_winograd(GemmMath math, Context& context, const Conv2dProblem& p,
                                const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  const Correlation c = backward_correlation(p);
  GpuCorrelation g = gpu_correlation(c);
  set_gpu_operands(context, g, args);
  g.filters = filters_of(context, backward_data_view(p, gpu_data<float>(context, args.wei)),
                         args.cache, "bwd_data", scratch);
  correlate_and_fold_gpu(context, p, g, scratch,
                         [&](float* rest) { correlate(context, math, c, g, rest); });
}

}  // namespace impasto::conv2d_kernels
