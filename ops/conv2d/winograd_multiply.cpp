// The matrix product between the transforms: almost all of the arithmetic. Rows of V by whole
// vectors of output channels stay in registers while k runs over all input channels: 6 x 4
// accumulators with AVX-512, 6 x 2 with AVX2. V is broadcast from the first-level cache; the
// filters stream from the second, and those of the next point are fetched to it meanwhile.
#include "ops/conv2d/winograd_kernels.h"
#include "ops/conv2d/winograd_rows.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kAhead = 8;  // steps of k

struct Tile {
  using Product = WinogradProduct;
  using Element = float;
  static constexpr std::int64_t kVectorElements = kLanes, kSteps = 1;

  template <unsigned R, unsigned V>
  static void multiply(const Product& p, std::int64_t row, const Fetch<float>& next);
};

// Rows are addressed in threes from one pointer: x86 scales a register by 2, 4 or 8 for free.
template <unsigned R, unsigned V>
void Tile::multiply(const Product& p, std::int64_t row, const Fetch<float>& next) {
  F32 sums[R][V];
  for (unsigned r = 0; r < R; ++r) {
    for (unsigned v = 0; v < V; ++v) sums[r][v] = F32{};
  }
  const float* src[(R + 2) / 3];
  for (unsigned r = 0; r < R; r += 3) src[r / 3] = p.src + (row + r) * p.src_step;
  const float* wei = p.wei;
  const float *fetch_src = next.src, *fetch_wei = next.wei;
  const std::int64_t wei_step = next.wei_step;
  for (std::int64_t k = 0; k < p.depth; ++k) {
    F32 filter[V];
    for (unsigned v = 0; v < V; ++v) filter[v] = load(wei + v * kLanes);
    for (unsigned v = 0; v < V; ++v) prefetch_near(wei + (kAhead * V + v) * kLanes);
    prefetch_near(fetch_src);
    prefetch_far(fetch_wei);
    for (unsigned r = 0; r < R; ++r) {
      const F32 value = broadcast(src[r / 3][r % 3 * p.src_step]);
      for (unsigned v = 0; v < V; ++v) sums[r][v] = multiply_add(value, filter[v], sums[r][v]);
    }
    for (const float*& pointer : src) ++pointer;
    wei += V * kLanes;
    fetch_wei += wei_step;
    fetch_src += R;
  }
  float* dst = p.dst + row * V * kLanes;
  for (unsigned r = 0; r < R; ++r) {
    for (unsigned v = 0; v < V; ++v) store(dst + (r * V + v) * kLanes, sums[r][v]);
  }
}

}  // namespace

void winograd_multiply(const WinogradProduct& p) {
  multiply_by_rows<Tile>(p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
