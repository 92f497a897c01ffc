// Blocking for the caches: k is cut so that one panel's piece stays in the first-level cache while
// the rows of a task pass over it, and the task's piece of A stays in the second-level cache while
// panel after panel passes over it. Tasks are blocks of C, so no two write the same element.
#include "ops/gemm/packed.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto {
namespace {

constexpr std::int64_t kDepth = 512;      // of k at a time
constexpr std::int64_t kTilesOfTask = 8;  // downwards
constexpr std::int64_t kColumnsOfTask = 512;

struct Block {
  std::int64_t first_row, end_row, first_col, end_col;
};

void multiply_block(const PackedProduct& product, const gemm_tile::TileKernel& kernel,
                    const Block& block) {
  gemm_tile::Tile tile{
      .a_row = product.a_row, .a_step = product.a_step, .c_row = product.n, .alpha = product.alpha};
  // At least once: a product over nothing is zero, and must be written.
  for (std::int64_t depth = 0; depth == 0 || depth < product.k; depth += kDepth) {
    tile.k = std::min(kDepth, product.k - depth);
    tile.add = product.add || depth > 0;
    for (std::int64_t j = block.first_col; j < block.end_col; j += kernel.cols) {
      tile.b = product.panels + j * product.k + depth * kernel.cols;
      tile.cols = std::min(kernel.cols, product.n - j);
      for (std::int64_t i = block.first_row; i < block.end_row; i += kernel.rows) {
        tile.a = product.a + i * product.a_row + depth * product.a_step;
        tile.c = product.c + i * product.n + j;
        tile.rows = std::min(kernel.rows, block.end_row - i);
        kernel.multiply(tile);
      }
    }
  }
}

}  // namespace

std::int64_t packed_count(std::int64_t k, std::int64_t n, const gemm_tile::TileKernel& tile) {
  return checked_mul(checked_mul(ceil_div(n, tile.cols), tile.cols), k);
}

void multiply_packed(ThreadPool& threads, const PackedProduct& product,
                     const gemm_tile::TileKernel& tile) {
  const std::int64_t task_rows = kTilesOfTask * tile.rows;
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
