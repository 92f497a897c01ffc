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

constexpr std::int64_t kLine = 16;  // floats of a cache line

// What one group of rows brings near: the next rows of src, and wei_step floats of the next matrix
// at each step of k.
struct Fetch {
  const float* src;
  const float* wei;
  std::int64_t wei_step;
};

// Rows are addressed in threes from one pointer: x86 scales a register by 2, 4 or 8 for free.
template <unsigned R, unsigned V>
void multiply_rows(const WinogradProduct& p, std::int64_t row, const Fetch& next) {
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

template <unsigned R, unsigned V>
void choose_rows(const WinogradProduct& p, std::int64_t row, unsigned rows, const Fetch& next) {
  if (rows == R) return multiply_rows<R, V>(p, row, next);
  if constexpr (R > 1) choose_rows<R - 1, V>(p, row, rows, next);
}

// Each group of rows fetches an equal share of the next matrix: memory is asked evenly.
template <unsigned V>
void choose_vectors(const WinogradProduct& p) {
  if (p.vectors != V) {
    if constexpr (V > 1) choose_vectors<V - 1>(p);
    return;
  }
  const std::int64_t groups = (p.rows + kMaxRows - 1) / kMaxRows;
  const std::int64_t width = V * kLanes, share = (width + groups - 1) / groups;
  const std::int64_t step = share < kLine ? share : kLine;
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t row = g * p.rows / groups, end = (g + 1) * p.rows / groups;
    const float* src = end < p.rows ? p.src + end * p.src_step : p.next_src;
    choose_rows<kMaxRows, V>(p, row, static_cast<unsigned>(end - row),
                             {src, p.next_wei + g * step * p.depth, step});
  }
}

}  // namespace

void winograd_multiply(const WinogradProduct& p) {
  choose_vectors<kMaxVectors>(p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
