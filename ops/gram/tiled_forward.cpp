// The tiled Gram matrix, on the register tile of gemm. Only tiles that reach the diagonal or lie
// above it are computed; the rest is mirrored.
//
// The pixels are cut into slices, a number fixed by the problem. A task sums one slice for one
// group of columns into a partial matrix, and the partial matrices are added in order, in double:
// the same bits for every thread count. Within a slice, at most 256 pixels are summed before they
// are added to the partial matrix, which keeps the error of a Gram over a million pixels near that
// of one over a thousand.
#include <algorithm>

#include "ops/gram/gram_kernels.h"
#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

using gemm_tile::Tile;
using gemm_tile::TileKernel;

constexpr std::int64_t kMaxPixels = 256;     // in one sum of floats
constexpr std::int64_t kPanelFloats = 8192;  // stay in the first-level cache
constexpr std::int64_t kTasks = 8;           // enough for threads to end together
constexpr std::int64_t kMaxSlices = 32;
constexpr std::int64_t kPartialFloats = 1 << 19;  // of all slices, unless one matrix has more
constexpr std::int64_t kBlockRows = 16, kBlockCols = 64;  // of G, when the slices are combined

std::int64_t pixels_at_once(const TileKernel& kernel) {
  return std::min(kMaxPixels, kPanelFloats / kernel.cols);
}

std::int64_t slice_count(const GramProblem& problem) {
  const std::int64_t affordable = kPartialFloats / std::max<std::int64_t>(1, problem.c * problem.c);
  const std::int64_t most = std::clamp<std::int64_t>(affordable, 1, kMaxSlices);
  return std::clamp<std::int64_t>(ceil_div(problem.m, kMaxPixels), 1, most);
}

// Columns of a task, a multiple of every tile's width: fewer where there are few slices, though
// their panels are packed again for each group.
std::int64_t columns_of_task(const GramProblem& problem) {
  return slice_count(problem) < kTasks ? 128 : 256;
}

std::int64_t partial_floats(const GramProblem& problem) {
  return checked_mul(checked_mul(problem.c, problem.c), slice_count(problem));
}

// A thread's panels.
std::int64_t buffer_floats(const GramProblem& problem, const TileKernel& kernel) {
  const std::int64_t panels = ceil_div(problem.c, kernel.cols);
  return checked_mul(panels, kernel.cols * pixels_at_once(kernel));
}

// Pixels [first, end) of the features, summed into one partial matrix.
struct Slice {
  const float* features;  // [m, c]
  std::int64_t c, first, end;
  float* partial;  // [c, c]
};

// Some pixels, panel by panel: `kernel.cols` columns each.
struct Panels {
  const float* at;
  std::int64_t pixel_step, panel_step, count;
  const float* next;  // the pixels that follow
};

// Columns [0, end) of `count` pixels. Rows of one panel are read where they are, if they are whole
// vectors.
Panels make_panels(const Slice& slice, std::int64_t first, std::int64_t end,
                   const TileKernel& kernel, float* buffer) {
  const std::int64_t c = slice.c, at_once = pixels_at_once(kernel);
  const float* pixels = slice.features + first * c;
  const std::int64_t count = std::min(at_once, slice.end - first);
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

// Columns [begin, end) of a slice's matrix. Panel after panel passes over the same pixels, which
// come from memory once and then stay in the second-level cache.
void sum_columns(const Slice& slice, std::int64_t begin, std::int64_t end, const TileKernel& kernel,
                 float* buffer) {
  const std::int64_t at_once = pixels_at_once(kernel);
  // At least once: a slice without pixels sums to zero, and must be written.
  for (std::int64_t p = slice.first; p == slice.first || p < slice.end; p += at_once) {
    const Panels panels = make_panels(slice, p, end, kernel, buffer);
    for (std::int64_t panel = begin / kernel.cols; panel * kernel.cols < end; ++panel) {
      sum_panel(slice, panels, panel, p != slice.first, kernel);
    }
  }
}

// A block of G at or above the diagonal, and its mirror image.
void combine_block(const GramProblem& problem, const float* partials, std::int64_t first_row,
                   std::int64_t first_col, float* gram) {
  const std::int64_t c = problem.c, slices = slice_count(problem);
  const std::int64_t rows = std::min(kBlockRows, c - first_row);
  const std::int64_t cols = std::min(kBlockCols, c - first_col);
  // The mirror image is written in pieces too short for the processor to see them coming.
  for (std::int64_t j = 0; j < cols; ++j) {
    __builtin_prefetch(gram + (first_col + j) * c + first_row, 1);
  }
  float block[kBlockRows][kBlockCols];
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t begin = std::max<std::int64_t>(0, first_row + i - first_col);
    double sums[kBlockCols] = {};
    for (std::int64_t s = 0; s < slices; ++s) {
      const float* row = partials + (s * c + first_row + i) * c + first_col;
      for (std::int64_t j = begin; j < cols; ++j) sums[j] += double{row[j]};
    }
    float* to = gram + (first_row + i) * c + first_col;
    for (std::int64_t j = begin; j < cols; ++j) {
      to[j] = block[i][j] = static_cast<float>(problem.scale * sums[j]);
    }
  }
  for (std::int64_t j = 0; j < cols; ++j) {
    float* to = gram + (first_col + j) * c + first_row;
    const std::int64_t end = std::min(rows, first_col + j - first_row);
    for (std::int64_t i = 0; i < end; ++i) to[i] = block[i][j];
  }
}

void combine(ThreadPool& threads, const GramProblem& problem, const float* partials, float* gram) {
  threads.run(ceil_div(problem.c, kBlockRows), [&](std::int64_t task, int) {
    const std::int64_t row = task * kBlockRows;
    for (std::int64_t col = row; col < problem.c; col += kBlockCols) {
      combine_block(problem, partials, row, col, gram);
    }
  });
}

}  // namespace

std::size_t forward_tiled_workspace(const GramProblem& problem, int threads,
                                    const TileKernel& tile) {
  const std::int64_t buffers = checked_mul(threads, buffer_floats(problem, tile));
  return static_cast<std::size_t>(checked_add(partial_floats(problem), buffers)) * sizeof(float);
}

void forward_tiled(Context& context, const GramProblem& problem, const GramForwardArgs& args,
                   void* workspace, const TileKernel& tile) {
  const std::int64_t c = problem.c, slices = slice_count(problem);
  const std::int64_t columns = columns_of_task(problem), groups = ceil_div(c, columns);
  const std::int64_t at_once = pixels_at_once(tile);
  const std::int64_t pixels = ceil_div(ceil_div(problem.m, slices), at_once) * at_once;
  auto* partials = static_cast<float*>(workspace);
  float* buffers = partials + partial_floats(problem);
  for (std::int64_t b = 0; b < problem.n; ++b) {
    const float* features = args.features.data<float>() + b * problem.m * c;
    // The last columns reach furthest down: they come first, so that threads end together.
    context.threads().run(slices * groups, [&](std::int64_t task, int thread) {
      const std::int64_t s = task % slices, group = groups - 1 - task / slices;
      const std::int64_t first = std::min(problem.m, s * pixels);
      const Slice slice{features, c, first, std::min(problem.m, first + pixels),
                        partials + s * c * c};
      sum_columns(slice, group * columns, std::min(c, (group + 1) * columns), tile,
                  buffers + thread * buffer_floats(problem, tile));
    });
    combine(context.threads(), problem, partials, args.gram.data<float>() + b * c * c);
  }
}

}  // namespace impasto::gram_kernels
