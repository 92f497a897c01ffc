// The register tile of winograd_multiply.cpp for pairs of 16-bit integers: 6 x 4 accumulators of 32
// bits; each step of a pair of k does twice the work for the same loads.
#include "ops/conv2d/winograd16_kernels.h"
#include "ops/conv2d/winograd_rows.h"
#include "tensor/simd/unroll.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kAhead = 8;          // steps of k
constexpr unsigned kStep = 2 * kLanes;  // integers of a vector

constexpr auto kAll = static_cast<__mmask16>(-1);  // forms without a mask make GCC 12 warn

inline const float* address(const std::int16_t* pointer) {
  return reinterpret_cast<const float*>(pointer);
}

// A pair in every lane.
inline __m512i broadcast_pair(const std::int16_t* from) {
  std::int32_t pair = 0;
  __builtin_memcpy(&pair, from, sizeof(pair));
  return _mm512_set1_epi32(pair);
}

// sum += the two products of each lane. Not the intrinsic: GCC 12 copies the sum to another
// register, and to memory, around every one of them.
[[gnu::always_inline]] inline void add_products(__m512i& sum, __m512i a, __m512i b) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

struct Tile {
  using Product = Product16;
  using Element = std::int16_t;
  static constexpr std::int64_t kVectorElements = kStep, kSteps = 2;

  template <unsigned R, unsigned V>
  static void multiply(const Product& p, std::int64_t row, const Fetch<std::int16_t>& next);
};

template <unsigned R, unsigned V>
void Tile::multiply(const Product& p, std::int64_t row, const Fetch<std::int16_t>& next) {
  constexpr unsigned kPointers = (R + 2) / 3;
  __m512i sums[R * V];
  each<R * V>(IMPASTO_EACH(i) { sums[i] = _mm512_setzero_si512(); });
  const std::int16_t* src[kPointers];
  each<kPointers>(IMPASTO_EACH(r) { src[r] = p.src + (row + 3 * r) * p.src_step; });
  const std::int16_t* wei = p.wei;
  const std::int16_t *fetch_src = next.src, *fetch_wei = next.wei;
  const std::int64_t wei_step = next.wei_step;
  for (std::int64_t k = 0; k < p.depth; k += 2) {
    __m512i filter[V];
    each<V>(IMPASTO_EACH(v) {
      filter[v] = _mm512_loadu_si512(wei + v * kStep);
      prefetch_near(address(wei + (kAhead * V + v) * kStep));
    });
    prefetch_near(address(fetch_src));
    prefetch_far(address(fetch_wei));
    each<R>(IMPASTO_EACH(r) {
      const __m512i pair = broadcast_pair(src[r / 3] + r % 3 * p.src_step);
      each<V>(IMPASTO_EACH(v) { add_products(sums[r * V + v], pair, filter[v]); });
    });
    each<kPointers>(IMPASTO_EACH(r) { src[r] += 2; });
    wei += V * kStep;
    fetch_wei += wei_step;
    fetch_src += 2 * R;
  }
  float* dst = p.dst + row * V * kLanes;
  each<R>(IMPASTO_EACH(r) {
    const F32 scale = broadcast(p.src_scale[row + r]);
    each<V>(IMPASTO_EACH(v) {
      const F32 sum = _mm512_maskz_cvtepi32_ps(kAll, sums[r * V + v]);
      store(dst + (r * V + v) * kLanes, sum * (scale * load(p.wei_scale + v * kLanes)));
    });
  });
}

inline F32 load_row(const QuantizedRow& row, std::int64_t k) {
  const std::int64_t left = row.depth - k;
  return left >= kLanes ? load(row.src + k) : load_partial(row.src + k, left > 0 ? left : 0);
}

// sum (factor src[k])^2.
float sum_squares(const QuantizedRow& row, float factor) {
  F32 squares = {};
  for (std::int64_t k = 0; k < row.depth; k += kLanes) {
    const F32 value = broadcast(factor) * load_row(row, k);
    squares = multiply_add(value, value, squares);
  }
  // By halves: a chain of sixteen additions would take longer than all of the above.
  float sums[kLanes];
  store(sums, squares);
  for (unsigned half = kLanes / 2; half > 0; half /= 2) {
    for (unsigned i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  return sums[0];
}

float largest_magnitude(const QuantizedRow& row) {
  float largest = 0;
  for (std::int64_t k = 0; k < row.depth; ++k) {
    const float magnitude = __builtin_fabsf(row.src[k]);
    if (!(magnitude <= largest)) largest = magnitude;  // NaN stays
  }
  return largest;
}

// Squares of very small or large values leave the range of f32; then once more, relative to the
// largest.
float norm_of(const QuantizedRow& row) {
  const float sum = sum_squares(row, 1);
  if (sum > 1e-25f && sum < 1e35f) return __builtin_sqrtf(sum);
  const float largest = largest_magnitude(row);
  if (!(largest > 1e-35f)) return largest == largest ? 0 : largest;
  return largest * __builtin_sqrtf(sum_squares(row, 1 / largest));
}

inline __m256i round_to_int16(F32 value) {
  return _mm512_maskz_cvtepi32_epi16(kAll, _mm512_maskz_cvtps_epi32(kAll, value));
}

}  // namespace

float quantize_row(const QuantizedRow& row) {
  const float norm = norm_of(row);
  const F32 scale = broadcast(norm > 0 ? kInputNorm / norm : 0);
  for (std::int64_t k = 0; k < row.padded; k += kLanes) {
    const __m256i integers = round_to_int16(scale * load_row(row, k));
    __builtin_memcpy(row.dst + k, &integers, sizeof(integers));
  }
  return norm / kInputNorm;
}

void multiply16(const Product16& p) {
  multiply_by_rows<Tile>(p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
