// The host's side of kernels that compute a filter's gradient as a product of matrices: which
// tiles, and into how many runs the outputs are cut. Both depend on the problem only.
#include <limits>

#include "ops/conv2d/cuda.h"
#include "ops/conv2d/cuda_filter_kernels.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kBlocks = 512;  // that keep a large GPU busy
constexpr std::int64_t kLeast = 128;   // outputs of a run; a tile's sums are as much to write

// Rows of the product: see cuda_filter_rows.cuh.
std::int64_t elements(const Conv2dProblem& p) {
  return p.kh * p.kw * ceil_div(p.ic, 4) * 4;
}

std::int64_t tiles(const Conv2dProblem& p, FilterTileSize tile) {
  return ceil_div(elements(p), tile.elements) * ceil_div(p.oc, tile.filters);
}

// Runs of outputs that are worth a block each.
std::int64_t most_runs(const Conv2dProblem& p) {
  return ceil_div(p.n * p.oh() * p.ow(), kLeast);
}

// When large tiles would be half empty, or too few whatever the runs.
bool small_tiles(const Conv2dProblem& p) {
  return elements(p) <= kSmallFilterTile.elements || p.oc <= kSmallFilterTile.filters ||
         tiles(p, kLargeFilterTile) * most_runs(p) < kBlocks / 4;
}

// Below kBlocks + tiles tiles are written, 32 MiB, for only fewer tiles than kBlocks are cut at
// all.
std::int64_t runs(const Conv2dProblem& p) {
  const FilterTileSize tile = small_tiles(p) ? kSmallFilterTile : kLargeFilterTile;
  return std::min(ceil_div(kBlocks, tiles(p, tile)), most_runs(p));
}

GpuFilterGradient operands(const Context& context, const Conv2dProblem& p,
                           const Conv2dBackwardFilterArgs& args, void* workspace) {
  GpuFilterGradient g;
  g.shape = gpu_convolution(p);
  g.src = gpu_data<float>(context, args.src);
  g.grad = gpu_data<float>(context, args.grad_dst);
  g.dst = gpu_data<float>(context, args.grad_wei);
  g.splits = static_cast<int>(runs(p));
  g.partial = g.splits == 1 ? g.dst : static_cast<float*>(workspace);
  g.small = small_tiles(p);
  return g;
}

}  // namespace

Support supports_backward_filter_gpu(const Conv2dProblem& p) {
  // Counted in 32 bits, some of them past the end.
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max() - 64;
  const std::int64_t most = std::max(p.n * p.oh() * p.ow(), elements(p));
  if (most > kMost) return Support::no(fmt::format("counts at most {} outputs or taps", kMost));
  return fits_gpu(p);
}

std::size_t backward_filter_gpu_bytes(const Conv2dProblem& p, int) {
  const std::int64_t splits = runs(p);
  return splits == 1 ? 0 : storage_bytes(DType::f32, splits * p.oc * p.kh * p.kw * p.ic);
}

void backward_filter_gpu_tiled(Context& context, const Conv2dProblem& p,
                               const Conv2dBackwardFilterArgs& args, void* workspace) {
  const GpuFilterGradient gradient = operands(context, p, args, workspace);
  IMPASTO_ON_GPU(context, tiled_backward_filter, gradient);
}

void backward_filter_gpu_gemm(GemmMath math, Context& context, const Conv2dProblem& p,
                              const Conv2dBackwardFilterArgs& args, void* workspace) {
  const GpuFilterGradient gradient = operands(context, p, args, workspace);
  IMPASTO_ON_GPU(context, gemm_backward_filter, gradient, math);
}

}  // namespace impasto::conv2d_kernels
