// The tiled Gram matrix, on the register tile of gemm: slices of pixels, some of them at a time, in
// panels as wide as the tile.
#include <algorithm>

#include "ops/gram/gram_kernels.h"
#include "ops/gram/slices.h"
#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

using gemm_tile::Tile;
using gemm_tile::TileKernel;

constexpr std::int64_t kPanelFloats = 8192;  // stay in the first-level cache

std::int64_t pixels_at_once(const TileKernel& kernel) {
  return std::min(kMaxPixels, kPanelFloats / kernel.cols);
}

// A thread's panels.
std::int64_t buffer_floats(const GramProblem& problem, const TileKernel& kernel) {
  const std::int64_t panels = ceil_div(problem.c, kernel.cols);
  return checked_mul(panels, kernel.cols * pixels_at_once(kernel));
}

// Some pixels, panel by panel: `kernel.cols` columns each.
struct Panels {
  const float* at;
  std::int64_t pixel_step, panel_step, count;
  const float* next;  // the pixels that follow
};

// The slice's columns and all before them, from pixel `first` on. Rows of one panel are read where
// they are, if they are whole vectors.
Panels make_panels(const Slice& slice, std::int64_t first, const TileKernel& kernel,
                   float* buffer) {
  const std::int64_t c = slice.c, end = slice.end, at_once = pixels_at_once(kernel);
  const float* pixels = slice.features + first * c;
  const std::int64_t count = std::min(at_once, slice.last - first);
  const float* next = pixels + count * c;
  if (c <= kernel.cols && c % kernel.lanes == 0) return {pixels, c, 0, count, next};
  const std::int64_t panel_step = kernel.cols * at_once;
  for (std::int64_t col = 0; col < end; col += kernel.cols, buffer += panel_step) {
    kernel.pack(pixels + col, c, count, std::min(kernel.cols, end - col), buffer);
  }
  return {buffer - ceil_div(end, kernel.cols) * panel_step, kernel.cols, panel_step, count, next};
}

// Adds the pixels to one panel's columns of a matrix down to the diagonal, or writes them. On the
// diagonal, each vector of columns goes down to its own end.
void sum_panel(const Slice& slice, const Panels& panels, std::int64_t panel, bool add,
               const TileKernel& kernel) {
  const std::int64_t col = panel * kernel.cols;
  Tile tile{.a = panels.at,
            .a_row = 1,
            .a_step = panels.pixel_step,
            .b = panels.at + panel * panels.panel_step,
            .b_step = panels.pixel_step,
            .k = panels.count,
            .c = slice.partial + col,
            .c_row = slice.c,
            .rows = kernel.cols,
            .cols = std::min(kernel.cols, slice.c - col),
            .add = add};
  // The last panel's rows are all columns: as many products as there are floats to fetch.
  if (col + tile.cols == slice.c) tile.fetch = panels.next;
  for (std::int64_t i = 0; i < panel; ++i) {
    kernel.multiply(tile);
    tile.a += panels.panel_step;
    tile.c += kernel.cols * slice.c;
    if (tile.fetch != nullptr) tile.fetch += tile.rows * tile.k;
  }
  for (; tile.cols > 0; tile.cols -= kernel.lanes) {
    tile.rows = std::min(kernel.lanes, tile.cols);
    kernel.multiply(tile);
    tile.a += kernel.lanes;
    tile.b += kernel.lanes;
    tile.c += kernel.lanes * slice.c + kernel.lanes;
    if (tile.fetch != nullptr) tile.fetch += tile.rows * tile.k;
  }
}

// Panel after panel passes over the same pixels, which come from memory once and then stay in the
// second-level cache.
void sum_columns(const Slice& slice, const TileKernel& kernel, float* buffer) {
  const std::int64_t at_once = pixels_at_once(kernel);
  // At least once: a slice without pixels sums to zero, and must be written.
  for (std::int64_t p = slice.first; p == slice.first || p < slice.last; p += at_once) {
    const Panels panels = make_panels(slice, p, kernel, buffer);
    for (std::int64_t panel = slice.begin / kernel.cols; panel * kernel.cols < slice.end; ++panel) {
      sum_panel(slice, panels, panel, p != slice.first, kernel);
    }
  }
}

}  // namespace

std::size_t forward_tiled_workspace(const GramProblem& problem, int threads,
                                    const TileKernel& tile) {
  const std::int64_t buffers = checked_mul(threads, buffer_floats(problem, tile));
  return static_cast<std::size_t>(checked_add(partial_floats(problem), buffers)) * sizeof(float);
}

void forward_tiled(Context& context, const GramProblem& problem, const GramForwardArgs& args,
                   void* workspace, const TileKernel& tile) {
  auto* partials = static_cast<float*>(workspace);
  float* buffers = partials + partial_floats(problem);
  sum_slices(context, problem, args, pixels_at_once(tile), partials,
             [&](const Slice& slice, int thread) {
               sum_columns(slice, tile, buffers + thread * buffer_floats(problem, tile));
             });
}

}  // namespace impasto::gram_kernels
