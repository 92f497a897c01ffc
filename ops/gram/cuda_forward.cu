// G = scale F^T F as a symmetric product. A block takes one tile of 64 x 64 on or above the
// diagonal and one slice of the pixels; a second kernel adds the slices in order, in double, and
// writes each sum to both of its places. About half of the multiplications, and enough blocks to
// fill a GPU though c is short: relu1_1 of VGG has one tile and 262144 pixels.
//
// Floor: m c (c + 64) / 2 multiply-adds, and F read once for each tile of a row; from the
// second-level cache but for the first.
#include "ops/gemm/cuda_mma_tile.cuh"
#include "ops/gemm/cuda_tile.cuh"
#include "ops/gram/cuda_kernels.h"

namespace impasto::gram_kernels::IMPASTO_GPU {
namespace {

using namespace gemm_tile::IMPASTO_GPU;

constexpr unsigned kCombineThreads = 256;

struct TilePair {
  std::int64_t i, j;  // i <= j
};

// Pairs are numbered along rows: (0, 0), (0, 1), ..., (1, 1), ...
__device__ TilePair pair_of(std::int64_t index, std::int64_t tiles) {
  std::int64_t i = 0;
  while (index >= tiles - i) index -= tiles - i++;
  return {i, i + index};
}

template <class Tile>
__global__ void __launch_bounds__(Tile::kThreads) slice_kernel(GramForwardLaunch p) {
  const TilePair pair = pair_of(blockIdx.x, p.cut.tiles);
  const std::int64_t slice = blockIdx.y, picture = blockIdx.z;
  const float* features = p.features + picture * p.m * p.c;
  const auto row_of = [&](std::int64_t row, std::int64_t k) {
    return row < p.c ? features[k * p.c + row] : 0.0f;
  };
  const auto col_of = [&](std::int64_t k, std::int64_t col) {
    return col < p.c ? features[k * p.c + col] : 0.0f;
  };
  const std::int64_t begin = slice * p.cut.slice_pixels, end = begin + p.cut.slice_pixels;
  Tile tile;
  tile.template multiply<false, false>(
      row_of, col_of, {pair.i * kSide, pair.j * kSide, begin, end < p.m ? end : p.m});
  const std::int64_t index = (picture * p.cut.slices + slice) * p.cut.pairs + blockIdx.x;
  float* to = p.partial + index * kSide * kSide;
  tile.each([&](unsigned r, unsigned c, float sum) { to[r * kSide + c] = sum; });
}

// One thread an element of a tile, and of its mirror image.
__global__ void __launch_bounds__(kCombineThreads) combine_kernel(GramForwardLaunch p) {
  constexpr std::int64_t kElements = kSide * kSide;
  const std::int64_t element = std::int64_t{blockIdx.x} * kCombineThreads + threadIdx.x;
  const std::int64_t picture = blockIdx.y, index = element / kElements;
  const TilePair pair = pair_of(index, p.cut.tiles);
  const std::int64_t row = pair.i * kSide + element % kElements / kSide;
  const std::int64_t col = pair.j * kSide + element % kSide;
  if (row > col || col >= p.c) return;
  const float* from = p.partial + picture * p.cut.slices * p.cut.pairs * kElements + element;
  double sum = 0;
  for (std::int64_t s = 0; s < p.cut.slices; ++s) {
    sum += static_cast<double>(from[s * p.cut.pairs * kElements]);
  }
  const auto value = static_cast<float>(p.scale * sum);
  float* gram = p.gram + picture * p.c * p.c;
  gram[row * p.c + col] = value;
  gram[col * p.c + row] = value;
}

template <class Tile>
void run(const GpuQueue& queue, const char* id, const GramForwardLaunch& p) {
  const auto pairs = static_cast<unsigned>(p.cut.pairs), n = static_cast<unsigned>(p.n);
  const dim3 slices(pairs, static_cast<unsigned>(p.cut.slices), n);
  launch(queue, {id, slices, dim3(Tile::kThreads), 0}, slice_kernel<Tile>, p);
  const dim3 elements(pairs * kSide * kSide / kCombineThreads, n);
  launch(queue, {id, elements, dim3(kCombineThreads), 0}, combine_kernel, p);
}

}  // namespace

void forward_tiled(const GpuQueue& queue, const GramForwardLaunch& p) {
  run<PlainTile<float>>(queue, "gram.fwd.cuda.tiled", p);
}
void forward_mma(const GpuQueue& queue, const GramForwardLaunch& p) {
  run<MmaTile<true>>(queue, "gram.fwd.cuda.mma.tf32x3", p);
}

}  // namespace impasto::gram_kernels::IMPASTO_GPU
