// dF = scale F (dG + dG^T), or added to what is there. One block a tile of 64 pixels by 64
// channels; dG + dG^T is formed while it is brought into shared memory, so nothing is prepared, and
// the gradient that flows through the layer is read and written once.
//
// Floor: m c^2 multiply-adds; F, and the gradient twice, from memory.
#include "ops/gemm/cuda_mma_tile.cuh"
#include "ops/gemm/cuda_tile.cuh"
#include "ops/gram/cuda_kernels.h"

namespace impasto::gram_kernels::IMPASTO_GPU {
namespace {

using namespace gemm_tile::IMPASTO_GPU;

template <class Tile>
__global__ void __launch_bounds__(Tile::kThreads) backward_kernel(GramBackwardLaunch p) {
  const std::int64_t picture = blockIdx.z;
  const float* features = p.features + picture * p.m * p.c;
  const float* grad_gram = p.grad_gram + picture * p.c * p.c;
  float* grad_features = p.grad_features + picture * p.m * p.c;
  const auto feature = [&](std::int64_t pixel, std::int64_t k) {
    return pixel < p.m ? features[pixel * p.c + k] : 0.0f;
  };
  const auto symmetric = [&](std::int64_t k, std::int64_t col) {
    return col < p.c ? grad_gram[k * p.c + col] + grad_gram[col * p.c + k] : 0.0f;
  };
  const TilePlace place{std::int64_t{blockIdx.x} * kSide, std::int64_t{blockIdx.y} * kSide, 0, p.c};
  Tile tile;
  tile.template multiply<true, false>(feature, symmetric, place);
  tile.each([&](unsigned r, unsigned c, float sum) {
    const std::int64_t pixel = place.row + r, channel = place.col + c;
    if (pixel >= p.m || channel >= p.c) return;
    float* to = grad_features + pixel * p.c + channel;
    *to = p.accumulate ? *to + p.scale * sum : p.scale * sum;
  });
}

template <class Tile>
void run(const GpuQueue& queue, const char* id, const GramBackwardLaunch& p) {
  const dim3 grid(static_cast<unsigned>((p.m + kSide - 1) / kSide),
                  static_cast<unsigned>((p.c + kSide - 1) / kSide), static_cast<unsigned>(p.n));
  launch(queue, {id, grid, dim3(Tile::kThreads), 0}, backward_kernel<Tile>, p);
}

}  // namespace

void backward_tiled(const GpuQueue& queue, const GramBackwardLaunch& p) {
  run<PlainTile<float>>(queue, "gram.bwd.cuda.tiled", p);
}
void backward_mma(const GpuQueue& queue, const GramBackwardLaunch& p) {
  run<MmaTile<true>>(queue, "gram.bwd.cuda.mma.tf32x3", p);
}

}  // namespace impasto::gram_kernels::IMPASTO_GPU
