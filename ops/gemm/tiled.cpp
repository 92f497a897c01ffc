// The tiled product: B is packed into panels, once and by all threads, then C is computed tile by
// tile (packed.cpp, tile.cpp). Packing costs n k moves against m n k multiply-adds, and makes every
// load of the inner loop contiguous and whole, whatever the layout and the width of B.
#include <algorithm>

#include "ops/gemm/gemm_kernels.h"
#include "ops/gemm/packed.h"
#include "tensor/checked.h"

namespace impasto::gemm_kernels {
namespace {

using gemm_tile::TileKernel;

// Columns [first, first + cols) of op(B) into one panel, `width` wide.
void pack_panel(const GemmProblem& problem, const float* b, std::int64_t first,
                const TileKernel& tile, float* panel) {
  const std::int64_t width = tile.cols, cols = std::min(width, problem.n - first);
  if (problem.params.transpose_b) {
    if (cols < width) std::fill_n(panel, problem.k * width, 0.0f);
    for (std::int64_t j = 0; j < cols; ++j) {
      const float* column = b + (first + j) * problem.k;
      for (std::int64_t p = 0; p < problem.k; ++p) panel[p * width + j] = column[p];
    }
  } else {
    tile.pack(b + first, problem.n, problem.k, cols, panel);
  }
}

}  // namespace

std::size_t tiled_workspace(const GemmProblem& problem, const TileKernel& tile) {
  return static_cast<std::size_t>(packed_count(problem.k, problem.n, tile)) * sizeof(float);
}

void forward_tiled(Context& context, const GemmProblem& problem, const GemmArgs& args,
                   void* workspace, const TileKernel& tile) {
  auto* panels = static_cast<float*>(workspace);
  const float* b = args.b.data<float>();
  parallel_for(
      context.threads(), ceil_div(problem.n, tile.cols), 1, [&](std::int64_t panel, std::int64_t) {
        pack_panel(problem, b, panel * tile.cols, tile, panels + panel * tile.cols * problem.k);
      });
  const bool transpose = problem.params.transpose_a;
  multiply_packed(context.threads(),
                  {.m = problem.m,
                   .n = problem.n,
                   .k = problem.k,
                   .a = args.a.data<float>(),
                   .a_row = transpose ? 1 : problem.k,
                   .a_step = transpose ? problem.m : 1,
                   .panels = panels,
                   .c = args.c.data<float>(),
                   .alpha = static_cast<float>(problem.params.alpha)},
                  tile);
}

}  // namespace impasto::gemm_kernels
