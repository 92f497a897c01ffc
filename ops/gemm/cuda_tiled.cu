// C = alpha op(A) op(B): one block a tile of 64 x 64, whose operands pass through shared memory, so
// that each element is read from memory once for 64 products. The plain tile runs at the rate of
// the f32 or f64 units; the other on tensor cores, as three tf32 products each (about a third of
// the tf32 rate, twice that of f32 units on Ampere and four times on Hopper, by the data sheets).
#include "ops/gemm/cuda_kernels.h"
#include "ops/gemm/cuda_mma_tile.cuh"
#include "ops/gemm/cuda_tile.cuh"

namespace impasto::gemm_kernels::IMPASTO_GPU {
namespace {

using namespace gemm_tile::IMPASTO_GPU;

template <class Tile, class T, bool a_k_first, bool b_k_first>
__global__ void __launch_bounds__(Tile::kThreads) product_kernel(GemmLaunch<T> p) {
  const auto a = [&](std::int64_t row, std::int64_t k) {
    return row < p.m ? p.a[row * p.a_row + k * p.a_step] : T{0};
  };
  const auto b = [&](std::int64_t k, std::int64_t col) {
    return col < p.n ? p.b[k * p.b_step + col * p.b_col] : T{0};
  };
  const TilePlace place{std::int64_t{blockIdx.y} * kSide, std::int64_t{blockIdx.x} * kSide, 0, p.k};
  Tile tile;
  tile.template multiply<a_k_first, b_k_first>(a, b, place);
  tile.each([&](unsigned r, unsigned c, T sum) {
    const std::int64_t row = place.row + r, col = place.col + c;
    if (row < p.m && col < p.n) p.c[row * p.n + col] = p.alpha * sum;
  });
}

// Threads read along whichever index is contiguous.
template <class Tile, class T>
void run(const GpuQueue& queue, const char* id, const GemmLaunch<T>& p) {
  const dim3 grid(static_cast<unsigned>((p.n + kSide - 1) / kSide),
                  static_cast<unsigned>((p.m + kSide - 1) / kSide));
  const LaunchShape shape{id, grid, dim3(Tile::kThreads), 0};
  const bool a_k_first = p.a_step == 1, b_k_first = p.b_step == 1;
  if (a_k_first && b_k_first) return launch(queue, shape, product_kernel<Tile, T, true, true>, p);
  if (a_k_first) return launch(queue, shape, product_kernel<Tile, T, true, false>, p);
  if (b_k_first) return launch(queue, shape, product_kernel<Tile, T, false, true>, p);
  launch(queue, shape, product_kernel<Tile, T, false, false>, p);
}

}  // namespace

void tiled(const GpuQueue& queue, const GemmLaunch<float>& p) {
  run<PlainTile<float>>(queue, "gemm.fwd.cuda.tiled", p);
}
void tiled_f64(const GpuQueue& queue, const GemmLaunch<double>& p) {
  run<PlainTile<double>>(queue, "gemm.fwd.cuda.tiled", p);
}
void mma_tf32x3(const GpuQueue& queue, const GemmLaunch<float>& p) {
  run<MmaTile<true>>(queue, "gemm.fwd.cuda.mma.tf32x3", p);
}

}  // namespace impasto::gemm_kernels::IMPASTO_GPU
