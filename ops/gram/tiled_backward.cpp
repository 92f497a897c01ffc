// The gradient as one tiled product: scale (dG + dG^T) is written straight into packed panels, and
// the features are read in place. To add to a gradient that is there already costs one read of it.
#include <algorithm>

#include "ops/gemm/packed.h"
#include "ops/gram/gram_kernels.h"
#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

using gemm_tile::TileKernel;

// Columns [first, first + width) of scale (dG + dG^T), [c, width], zero beyond c.
void pack_symmetric(const GramProblem& problem, const float* grad, std::int64_t first,
                    std::int64_t width, float* panel) {
  const std::int64_t c = problem.c, cols = std::min(width, c - first);
  for (std::int64_t i = 0; i < c; ++i, panel += width) {
    for (std::int64_t j = 0; j < cols; ++j) {
      const double sum = double{grad[i * c + first + j]} + double{grad[(first + j) * c + i]};
      panel[j] = static_cast<float>(problem.scale * sum);
    }
    std::fill(panel + cols, panel + width, 0.0f);
  }
}

}  // namespace

std::size_t backward_tiled_workspace(const GramProblem& problem, const TileKernel& tile) {
  return static_cast<std::size_t>(packed_count(problem.c, problem.c, tile)) * sizeof(float);
}

void backward_tiled(Context& context, const GramProblem& problem, const GramBackwardArgs& args,
                    void* workspace, const TileKernel& tile) {
  const std::int64_t m = problem.m, c = problem.c;
  auto* panels = static_cast<float*>(workspace);
  for (std::int64_t b = 0; b < problem.n; ++b) {
    const float* grad = args.grad_gram.data<float>() + b * c * c;
    context.threads().run(ceil_div(c, tile.cols), [&](std::int64_t panel, int) {
      const std::int64_t first = panel * tile.cols;
      pack_symmetric(problem, grad, first, tile.cols, panels + first * c);
    });
    multiply_packed(context.threads(),
                    {.m = m,
                     .n = c,
                     .k = c,
                     .a = args.features.data<float>() + b * m * c,
                     .a_row = c,
                     .a_step = 1,
                     .panels = panels,
                     .c = args.grad_features.data<float>() + b * m * c,
                     .add = args.accumulate},
                    tile);
  }
}

}  // namespace impasto::gram_kernels
