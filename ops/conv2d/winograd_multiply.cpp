// The matrix product between the transforms: almost all of the arithmetic. Rows of V by whole
// vectors of output channels stay in registers while k runs over all input channels: 6 x 4
// accumulators with AVX-512, 6 x 2 with AVX2. V is broadcast from the first-level cache; the
// filters stream from the second, and those of the next point are fetched to it meanwhile.
#include "ops/conv2d/winograd_kernels.h"
#include "ops/gemm/register_rows.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;
using gemm_tile::IMPASTO_ISA::Fetch;

constexpr unsigned kAhead = 8;  // steps of k

// Steps of k that are summed in registers before they are added to dst: rounding errors grow with
// the square root of these, and of the number of sums, instead of that of all steps. Shorter ones
// cost time.
constexpr std::int64_t kChunk = 128;

struct Tile {
  using Product = WinogradProduct;
  using Element = float;
  static constexpr std::int64_t kVectorElements = kLanes, kSteps = 1;

  template <unsigned R, unsigned V>
  static void multiply(const Product& p, std::int64_t row, const Fetch<float>& next);
};

// What is known of a tile while k runs; rows are addressed in threes from one pointer: x86 scales a
// register by 2, 4 or 8 for free.
template <unsigned R>
struct Cursor {
  const float* src[(R + 2) / 3];
  const float* wei;
  Fetch<float> next;
};

// sums = the products of `steps` steps of k.
template <unsigned R, unsigned V>
[[gnu::always_inline]] inline void multiply_steps(const WinogradProduct& p, std::int64_t steps,
                                                  Cursor<R>& at, F32 (&sums)[R][V]) {
  for (unsigned r = 0; r < R; ++r) {
    for (unsigned v = 0; v < V; ++v) sums[r][v] = F32{};
  }
  for (std::int64_t k = 0; k < steps; ++k) {
    F32 filter[V];
    for (unsigned v = 0; v < V; ++v) filter[v] = load(at.wei + v * kLanes);
    for (unsigned v = 0; v < V; ++v) prefetch_near(at.wei + (kAhead * V + v) * kLanes);
    prefetch_near(at.next.src);
    prefetch_far(at.next.wei);
    for (unsigned r = 0; r < R; ++r) {
      const F32 value = broadcast(at.src[r / 3][r % 3 * p.src_step]);
      for (unsigned v = 0; v < V; ++v) sums[r][v] = multiply_add(value, filter[v], sums[r][v]);
    }
    for (const float*& pointer : at.src) ++pointer;
    at.wei += V * kLanes;
    at.next.wei += at.next.wei_step;
    at.next.src += R;
  }
}

template <unsigned R, unsigned V>
void Tile::multiply(const Product& p, std::int64_t row, const Fetch<float>& next) {
  Cursor<R> at = {.src = {}, .wei = p.wei, .next = next};
  for (unsigned r = 0; r < R; r += 3) at.src[r / 3] = p.src + (row + r) * p.src_step;
  float* dst = p.dst + row * V * kLanes;
  for (std::int64_t k = 0; k < p.depth; k += kChunk) {
    F32 sums[R][V];
    multiply_steps(p, p.depth - k < kChunk ? p.depth - k : kChunk, at, sums);
    for (unsigned r = 0; r < R; ++r) {
      for (unsigned v = 0; v < V; ++v) {
        float* to = dst + (r * V + v) * kLanes;
        store(to, k == 0 ? sums[r][v] : load(to) + sums[r][v]);
      }
    }
  }
}

}  // namespace

void winograd_multiply(const WinogradProduct& p) {
  gemm_tile::IMPASTO_ISA::multiply_by_rows<Tile>(p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
