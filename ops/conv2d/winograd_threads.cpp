// Deals tiles out to threads. With many of them, a task takes some tiles through all three steps,
// so that what lies between the steps stays in its core's cache and threads never wait for each
// other. With few tiles that would read all filters once a thread, and filters are then the larger
// part: so all tiles are transformed first, and a task takes one block of output channels from
// there on.
//
// A tile's result does not depend on the tiles beside it: the cut changes no bits.
#include <algorithm>

#include "ops/conv2d/winograd_tiles.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Tiles of a task, at most: more would read the filters less often, but their transformed inputs
// and products would leave the second-level cache, and the optimum is flat. Up to kFewRows rows of
// all matrices, sharing pays.
constexpr std::int64_t kTaskTiles = 36, kFewRows = 3456, kFewTasks = 8;

bool shares_input(const WinogradTiles& tiles) {
  return tiles.count() <= kFewRows / point_count(tiles.form());
}

// Tasks that take tiles through all steps: as many for each thread, of nearly one size.
std::int64_t task_count(const WinogradTiles& tiles, int threads) {
  return std::min(tiles.count(), ceil_div(ceil_div(tiles.count(), kTaskTiles), threads) * threads);
}
std::int64_t task_rows(const WinogradTiles& tiles, int threads) {
  if (shares_input(tiles)) return tiles.count();
  return ceil_div(tiles.count(), task_count(tiles, threads));
}

// Points of the products do not fall on the same cache sets.
std::int64_t product_step(const WinogradTiles& tiles, int threads) {
  return task_rows(tiles, threads) * block_channels(tiles.form()) + 16;
}

// One thread's workspace: products, what the matrices need, and inputs unless they are shared.
std::int64_t own_count(const WinogradTiles& tiles, const WinogradMatrices& matrices, int threads) {
  const std::int64_t inputs =
      shares_input(tiles) ? 0 : matrices.input_count(task_rows(tiles, threads));
  return point_count(tiles.form()) * product_step(tiles, threads) + matrices.own_count() + inputs;
}

// One block of output channels of rows [begin, end) of the inputs.
void compute_block(const WinogradTiles& tiles, const WinogradMatrices& matrices,
                   const WinogradMatrices::Product& product) {
  matrices.multiply(product);
  for (std::int64_t row = product.begin; row < product.end; ++row) {
    const float* from = product.product + (row - product.begin) * product.block.width;
    tiles.write(product.order[row], product.block, from, product.product_step);
  }
}

void correlate_by_tiles(ThreadPool& threads, const WinogradTiles& tiles,
                        const WinogradMatrices& matrices, float* scratch) {
  const std::int64_t tasks = task_count(tiles, threads.size());
  const std::int64_t rows = task_rows(tiles, threads.size());
  const std::int64_t step = product_step(tiles, threads.size());
  const std::int64_t own = own_count(tiles, matrices, threads.size());
  threads.run(tasks, [&](std::int64_t task, int thread) {
    float* product = scratch + thread * own;
    float* rest = product + point_count(tiles.form()) * step;
    float* v = rest + matrices.own_count();
    const std::int64_t first = task * tiles.count() / tasks;
    const std::int64_t count = (task + 1) * tiles.count() / tasks - first;
    const TileOrder order = tiles.order(first, count);
    for (std::int64_t row = 0; row < count; ++row) {
      matrices.transform(order[row], row, rows, v, rest);
    }
    for (std::int64_t b = 0; b < tiles.blocks(); ++b) {
      compute_block(tiles, matrices, {order, tiles.block(b), v, 0, count, rows, product, step});
    }
    tiles.form().finish();
  });
}

void correlate_by_blocks(ThreadPool& threads, const WinogradTiles& tiles,
                         const WinogradMatrices& matrices, float* scratch) {
  const std::int64_t rows = tiles.count(), step = product_step(tiles, threads.size());
  const std::int64_t own = own_count(tiles, matrices, threads.size());
  float* v = scratch + threads.size() * own;
  const TileOrder order = tiles.order(0, rows);
  threads.run(rows, [&](std::int64_t row, int thread) {
    matrices.transform(order[row], row, rows, v,
                       scratch + thread * own + point_count(tiles.form()) * step);
  });
  // Each block of channels by one task, so that its filters are read once; a network with few
  // channels has its tiles cut as well.
  const std::int64_t groups =
      std::clamp<std::int64_t>(ceil_div(kFewTasks, tiles.blocks()), 1, rows);
  threads.run(tiles.blocks() * groups, [&](std::int64_t task, int thread) {
    const std::int64_t group = task % groups, begin = group * rows / groups;
    const std::int64_t end = (group + 1) * rows / groups;
    compute_block(
        tiles, matrices,
        {order, tiles.block(task / groups), v, begin, end, rows, scratch + thread * own, step});
    tiles.form().finish();
  });
}

}  // namespace

std::int64_t correlate_count(const WinogradTiles& tiles, const WinogradMatrices& matrices,
                             int threads) {
  const std::int64_t shared = shares_input(tiles) ? matrices.input_count(tiles.count()) : 0;
  return checked_add(shared, checked_mul(threads, own_count(tiles, matrices, threads)));
}

void correlate(ThreadPool& threads, const WinogradTiles& tiles, const WinogradMatrices& matrices,
               float* scratch) {
  if (shares_input(tiles)) {
    correlate_by_blocks(threads, tiles, matrices, scratch);
  } else {
    correlate_by_tiles(threads, tiles, matrices, scratch);
  }
}

}  // namespace impasto::conv2d_kernels
