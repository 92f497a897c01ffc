#include "ops/gram/slices.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

constexpr std::int64_t kTasks = 8;  // enough for threads to end together
constexpr std::int64_t kMaxSlices = 32;
constexpr std::int64_t kPartialFloats = 1 << 19;  // of all slices, unless one matrix has more
constexpr std::int64_t kBlockRows = 16, kBlockCols = 64;  // of G, when the slices are combined

std::int64_t slice_count(const GramProblem& problem) {
  const std::int64_t affordable = kPartialFloats / std::max<std::int64_t>(1, problem.c * problem.c);
  const std::int64_t most = std::clamp<std::int64_t>(affordable, 1, kMaxSlices);
  return std::clamp<std::int64_t>(ceil_div(problem.m, kMaxPixels), 1, most);
}

// Columns of a task, a multiple of every tile's width: fewer where there are few slices, though
// what is left of them is packed again for each group.
std::int64_t columns_of_task(const GramProblem& problem) {
  return slice_count(problem) < kTasks ? 128 : 256;
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

std::int64_t partial_floats(const GramProblem& problem) {
  return checked_mul(checked_mul(problem.c, problem.c), slice_count(problem));
}

void sum_slices(Context& context, const GramProblem& problem, const GramForwardArgs& args,
                std::int64_t pixels, float* partials,
                const std::function<void(const Slice&, int)>& sum) {
  const std::int64_t c = problem.c, m = problem.m, slices = slice_count(problem);
  const std::int64_t columns = columns_of_task(problem), groups = ceil_div(c, columns);
  const std::int64_t size = ceil_div(ceil_div(m, slices), pixels) * pixels;
  for (std::int64_t b = 0; b < problem.n; ++b) {
    const float* features = args.features.data<float>() + b * m * c;
    // The last columns reach furthest down: they come first, so that threads end together.
    context.threads().run(slices * groups, [&](std::int64_t task, int thread) {
      const std::int64_t s = task % slices, group = groups - 1 - task / slices;
      const std::int64_t first = std::min(m, s * size);
      sum({.features = features,
           .c = c,
           .first = first,
           .last = std::min(m, first + size),
           .begin = group * columns,
           .end = std::min(c, (group + 1) * columns),
           .partial = partials + s * c * c},
          thread);
    });
    combine(context.threads(), problem, partials, args.gram.data<float>() + b * c * c);
  }
}

}  // namespace impasto::gram_kernels
