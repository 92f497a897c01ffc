// Blocking for the caches: k is cut so that one panel's piece stays in the first-level cache while
// the rows of a task pass over it, and the task's piece of A stays in the second-level cache while
// panel after panel passes over it. Tasks are blocks of C, so no two write the same element.
#include "ops/gemm/packed.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto {
namespace {

constexpr std::int64_t kDepth = 512;                   // of k at a time
constexpr std::int64_t kMinTiles = 8, kMaxTiles = 64;  // of a task, downwards
constexpr std::int64_t kTasks = 64;                    // downwards, if tiles allow
constexpr std::int64_t kColumnsOfTask = 512;

struct Block {
  std::int64_t first_row, end_row, first_col, end_col;
};

void multiply_block(const PackedProduct& product, const gemm_tile::TileKernel& kernel,
                    const Block& block) {
  gemm_tile::Tile tile{.a_row = product.a_row,
                       .a_step = product.a_step,
                       .b_step = kernel.cols,
                       .c_row = product.n,
                       .alpha = product.alpha};
  // At least once: a product over nothing is zero, and must be written.
  for (std::int64_t depth = 0; depth == 0 || depth < product.k; depth += kDepth) {
    tile.k = std::min(kDepth, product.k - depth);
    tile.add = product.add || depth > 0;
    for (std::int64_t j = block.first_col; j < block.end_col; j += kernel.cols) {
      tile.b = product.panels + j * product.k + depth * kernel.cols;
      tile.cols = std::min(kernel.cols, product.n - j);
      tile.a = product.a + block.first_row * product.a_row + depth * product.a_step;
      tile.c = product.c + block.first_row * product.n + j;
      tile.rows = block.end_row - block.first_row;
      // Tile by tile the rows that follow, where they follow in memory.
      if (product.a_step == 1) tile.fetch = tile.a + kernel.rows * product.a_row;
      kernel.multiply(tile);
    }
  }
}

}  // namespace

std::int64_t packed_count(std::int64_t k, std::int64_t n, const gemm_tile::TileKernel& tile) {
  return checked_mul(checked_mul(ceil_div(n, tile.cols), tile.cols), k);
}

void multiply_packed(ThreadPool& threads, const PackedProduct& product,
                     const gemm_tile::TileKernel& tile) {
  const std::int64_t tiles = std::clamp(product.m / (kTasks * tile.rows), kMinTiles, kMaxTiles);
  const std::int64_t task_rows = tiles * tile.rows;
  const std::int64_t down = ceil_div(product.m, task_rows);
  const std::int64_t across = ceil_div(product.n, kColumnsOfTask);
  threads.run(down * across, [&](std::int64_t task, int) {
    const std::int64_t row = task / across * task_rows, col = task % across * kColumnsOfTask;
    multiply_block(product, tile,
                   {row, std::min(product.m, row + task_rows), col,
                    std::min(product.n, col + kColumnsOfTask)});
  });
}

}  // namespace impasto
