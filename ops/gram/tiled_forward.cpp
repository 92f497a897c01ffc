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

constexpr std::int64_t kPixels = 256;         // a panel of them stays in the first-level cache
constexpr std::int64_t kColumnsOfTask = 128;  // a multiple of every tile's width
constexpr std::int64_t kMaxSlices = 32;
constexpr std::int64_t kPartialFloats = 1 << 19;  // of all slices, unless one matrix has more
constexpr std::int64_t kBlock = 32;               // of G, when the slices are combined

std::int64_t slice_count(const GramProblem& problem) {
  const std::int64_t affordable = kPartialFloats / std::max<std::int64_t>(1, problem.c * problem.c);
  const std::int64_t most = std::clamp<std::int64_t>(affordable, 1, kMaxSlices);
  return std::clamp<std::int64_t>(ceil_div(problem.m, kPixels), 1, most);
}

std::int64_t partial_floats(const GramProblem& problem) {
  return checked_mul(checked_mul(problem.c, problem.c), slice_count(problem));
}

// Pixels [first, end) of the features, summed into one partial matrix.
struct Slice {
  const float* features;  // [m, c]
  std::int64_t c, first, end;
  float* partial;  // [c, c]
};

// `count` pixels from `pixels` on, added to columns [col, col + kernel.cols) of a slice's matrix
// down to the diagonal; written, if they are the slice's first.
void sum_panel(const Slice& slice, const float* pixels, std::int64_t count, std::int64_t col,
               const TileKernel& kernel, float* panel) {
  Tile tile{.a_row = 1, .a_step = slice.c, .b = panel, .k = count, .c_row = slice.c};
  tile.cols = std::min(kernel.cols, slice.c - col);
  tile.add = pixels != slice.features + slice.first * slice.c;
  kernel.pack(pixels + col, slice.c, count, tile.cols, panel);
  const std::int64_t end_row = col + tile.cols;
  for (std::int64_t row = 0; row < end_row; row += kernel.rows) {
    tile.a = pixels + row;
    tile.c = slice.partial + row * slice.c + col;
    tile.rows = std::min(kernel.rows, end_row - row);
    kernel.multiply(tile);
  }
}

// Columns [begin, end) of a slice's matrix. Panel after panel passes over the same pixels, which
// come from memory once and then stay in the second-level cache.
void sum_columns(const Slice& slice, std::int64_t begin, std::int64_t end, const TileKernel& kernel,
                 float* panel) {
  // At least once: a slice without pixels sums to zero, and must be written.
  for (std::int64_t p = slice.first; p == slice.first || p < slice.end; p += kPixels) {
    const std::int64_t count = std::min(kPixels, slice.end - p);
    for (std::int64_t col = begin; col < end; col += kernel.cols) {
      sum_panel(slice, slice.features + p * slice.c, count, col, kernel, panel);
    }
  }
}

// One block of G at or above the diagonal, and its mirror image.
void combine_block(const GramProblem& problem, const float* partials, std::int64_t first_row,
                   std::int64_t first_col, float* gram) {
  const std::int64_t c = problem.c, slices = slice_count(problem);
  const std::int64_t end_row = std::min(c, first_row + kBlock);
  const std::int64_t end_col = std::min(c, first_col + kBlock);
  for (std::int64_t i = first_row; i < end_row; ++i) {
    double sums[kBlock] = {};
    const std::int64_t begin = std::max(i, first_col);
    for (std::int64_t s = 0; s < slices; ++s) {
      const float* row = partials + (s * c + i) * c;
      for (std::int64_t j = begin; j < end_col; ++j) sums[j - begin] += double{row[j]};
    }
    for (std::int64_t j = begin; j < end_col; ++j) {
      gram[i * c + j] = gram[j * c + i] = static_cast<float>(problem.scale * sums[j - begin]);
    }
  }
}

void combine(ThreadPool& threads, const GramProblem& problem, const float* partials, float* gram) {
  threads.run(ceil_div(problem.c, kBlock), [&](std::int64_t block, int) {
    for (std::int64_t col = block * kBlock; col < problem.c; col += kBlock) {
      combine_block(problem, partials, block * kBlock, col, gram);
    }
  });
}

}  // namespace

std::size_t forward_tiled_workspace(const GramProblem& problem, int threads,
                                    const TileKernel& tile) {
  const std::int64_t panels = checked_mul(threads, kPixels * tile.cols);
  return static_cast<std::size_t>(checked_add(partial_floats(problem), panels)) * sizeof(float);
}

void forward_tiled(Context& context, const GramProblem& problem, const GramForwardArgs& args,
                   void* workspace, const TileKernel& tile) {
  const std::int64_t c = problem.c, slices = slice_count(problem);
  const std::int64_t groups = ceil_div(c, kColumnsOfTask);
  const std::int64_t pixels = ceil_div(ceil_div(problem.m, slices), kPixels) * kPixels;
  auto* partials = static_cast<float*>(workspace);
  float* panels = partials + partial_floats(problem);
  for (std::int64_t b = 0; b < problem.n; ++b) {
    const float* features = args.features.data<float>() + b * problem.m * c;
    // The last columns reach furthest down: they come first, so that threads end together.
    context.threads().run(slices * groups, [&](std::int64_t task, int thread) {
      const std::int64_t s = task % slices, group = groups - 1 - task / slices;
      const std::int64_t first = std::min(problem.m, s * pixels);
      const Slice slice{features, c, first, std::min(problem.m, first + pixels),
                        partials + s * c * c};
      sum_columns(slice, group * kColumnsOfTask, std::min(c, (group + 1) * kColumnsOfTask), tile,
                  panels + thread * kPixels * tile.cols);
    });
    combine(context.threads(), problem, partials, args.gram.data<float>() + b * c * c);
  }
}

}  // namespace impasto::gram_kernels
