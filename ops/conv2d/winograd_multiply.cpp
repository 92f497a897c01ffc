// The matrix product between the transforms: almost all of the arithmetic. Rows of V by whole
// vectors of output channels stay in registers while k runs over all input channels: 6 x 4
// accumulators with AVX-512, 6 x 2 with AVX2. V is broadcast from the first-level cache; the
// filters stream from the second, and those of the next point are fetched to it meanwhile.
#include "ops/conv2d/winograd_kernels.h"
#include "tensor/simd/vec.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kMaxRows = 6;
constexpr unsigned kAhead = 8;  // steps of k
constexpr unsigned kMaxVectors = kRegisters == 32 ? 4 : 2;

// Rows are addressed in threes from one pointer: x86 scales a register by 2, 4 or 8 for free.
template <unsigned R, unsigned V>
void multiply_rows(const WinogradProduct& p, std::int64_t row, const float* fetch,
                   const float* fetch_src) {
  F32 sums[R][V];
  for (unsigned r = 0; r < R; ++r) {
    for (unsigned v = 0; v < V; ++v) sums[r][v] = F32{};
  }
  const float* src[(R + 2) / 3];
  for (unsigned r = 0; r < R; r += 3) src[r / 3] = p.src + (row + r) * p.src_step;
  const float* wei = p.wei;
  for (std::int64_t k = 0; k < p.depth; ++k) {
    F32 filter[V];
    for (unsigned v = 0; v < V; ++v) filter[v] = load(wei + v * kLanes);
    for (unsigned v = 0; v < V; ++v) prefetch_near(wei + (kAhead * V + v) * kLanes);
    prefetch_near(fetch_src);
    prefetch_far(fetch);
    for (unsigned r = 0; r < R; ++r) {
      const F32 value = broadcast(src[r / 3][r % 3 * p.src_step]);
      for (unsigned v = 0; v < V; ++v) sums[r][v] = multiply_add(value, filter[v], sums[r][v]);
    }
    for (const float*& pointer : src) ++pointer;
    wei += V * kLanes;
    fetch += 16;
    fetch_src += R;
  }
  float* dst = p.dst + row * V * kLanes;
  for (unsigned r = 0; r < R; ++r) {
    for (unsigned v = 0; v < V; ++v) store(dst + (r * V + v) * kLanes, sums[r][v]);
  }
}

template <unsigned R, unsigned V>
void choose_rows(const WinogradProduct& p, std::int64_t row, unsigned rows, const float* fetch,
                 const float* fetch_src) {
  if (rows == R) return multiply_rows<R, V>(p, row, fetch, fetch_src);
  if constexpr (R > 1) choose_rows<R - 1, V>(p, row, rows, fetch, fetch_src);
}

// Each group of rows fetches its share of the next matrix.
template <unsigned V>
void choose_vectors(const WinogradProduct& p) {
  if (p.vectors != V) {
    if constexpr (V > 1) choose_vectors<V - 1>(p);
    return;
  }
  const std::int64_t groups = (p.rows + kMaxRows - 1) / kMaxRows;
  const float* fetch = p.next_wei;
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t row = g * p.rows / groups, end = (g + 1) * p.rows / groups;
    const float* fetch_src = end < p.rows ? p.src + end * p.src_step : p.next_src;
    choose_rows<kMaxRows, V>(p, row, static_cast<unsigned>(end - row), fetch, fetch_src);
    if (fetch < p.next_wei + (V * kLanes - 16) * p.depth) fetch += 16 * p.depth;
  }
}

}  // namespace

void winograd_multiply(const WinogradProduct& p) {
  choose_vectors<kMaxVectors>(p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
