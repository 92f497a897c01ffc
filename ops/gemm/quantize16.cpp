// Rows and columns of floats to integers, as product16.h says: norms first, then factors, then
// values as they fit.
#include "ops/gemm/product16.h"
#include "tensor/simd/mask.h"
#include "tensor/simd/unroll.h"

namespace impasto::gemm_tile::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kStep = 2 * kLanes;  // integers of a vector

constexpr auto kAll = static_cast<__mmask16>(-1);  // forms without a mask make GCC 12 warn

inline F32 load_from(const float* row, std::int64_t k, std::int64_t depth) {
  const std::int64_t left = depth - k;
  return left >= kLanes ? load(row + k) : load_partial(row + k, left > 0 ? left : 0);
}

// Of a row, lane by lane: sum src[k]^2. Two sums, so that neither waits for the other.
inline F32 squares_of(const float* row, std::int64_t depth) {
  F32 even = {}, odd = {};
  std::int64_t k = 0;
  for (; k + kStep <= depth; k += kStep) {
    const F32 first = load(row + k), second = load(row + k + kLanes);
    even = multiply_add(first, first, even);
    odd = multiply_add(second, second, odd);
  }
  for (; k < depth; k += kLanes) {
    const F32 value = load_from(row, k, depth);
    even = multiply_add(value, value, even);
  }
  return even + odd;
}

// Sums of neighbouring lanes of a, then of b, in every 128 bits.
IMPASTO_INLINE F32 add_neighbours(F32 a, F32 b) {
  return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
         __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
}
// Sums of neighbouring 128 bits of a, then of b.
IMPASTO_INLINE F32 add_quarters(F32 a, F32 b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
         __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

// Lane i of the result is the sum of the lanes of rows[i].
inline F32 sums_of_lanes(const F32 (&rows)[kLanes]) {
  F32 quarters[4];
  each<4>(IMPASTO_EACH(i) {
    quarters[i] = add_neighbours(add_neighbours(rows[4 * i], rows[4 * i + 1]),
                                 add_neighbours(rows[4 * i + 2], rows[4 * i + 3]));
  });
  return add_quarters(add_quarters(quarters[0], quarters[1]),
                      add_quarters(quarters[2], quarters[3]));
}

// Squares of very small or large values leave the range of f32, but not that of f64. A norm by
// which nothing can be divided is none.
float careful_norm(const float* from, std::int64_t step, std::int64_t depth) {
  double squares = 0;
  for (std::int64_t k = 0; k < depth; ++k) {
    const double value = double{from[k * step]};
    squares += value * value;
  }
  const auto norm = static_cast<float>(__builtin_sqrt(squares));
  return norm > 1e-33f || norm != norm ? norm : 0;
}

// Whole cache lines of integers are written: two vectors of floats make one.
inline void round_to_int16(F32 first, F32 second, std::int16_t* to) {
  const __m512i low_halves =
      _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28, 26,
                       24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i integers = _mm512_permutex2var_epi16(
      _mm512_maskz_cvtps_epi32(kAll, first), low_halves, _mm512_maskz_cvtps_epi32(kAll, second));
  _mm512_storeu_si512(to, integers);
}

inline void quantize_row(const float* src, std::int64_t depth, std::int64_t padded, float scale,
                         std::int16_t* dst) {
  const F32 factor = broadcast(scale);
  std::int64_t k = 0;
  for (; k + kStep <= depth; k += kStep) {
    round_to_int16(factor * load(src + k), factor * load(src + k + kLanes), dst + k);
  }
  for (; k < padded; k += kStep) {
    round_to_int16(factor * load_from(src, k, depth), factor * load_from(src, k + kLanes, depth),
                   dst + k);
  }
}

// Lanes whose squares did not leave the range of f32.
inline Mask is_ordinary(F32 squares) {
  return greater(squares, broadcast(1e-25f)) & greater(broadcast(1e35f), squares);
}

// Up to kLanes rows at a time: their norms are one vector, so that summing lanes, the root and the
// quotient cost as much as those of one row.
void quantize_batch(const QuantizedRows& q, std::int64_t first, std::int64_t count) {
  F32 squares[kLanes];
  for (std::int64_t r = count; r < kLanes; ++r) squares[r] = F32{};
  for (std::int64_t r = 0; r < count; ++r) {
    squares[r] = squares_of(q.src + (first + r) * q.src_step, q.depth);
  }
  const F32 sums = sums_of_lanes(squares);
  float norms[kLanes], factors[kLanes];
  store(norms, _mm512_maskz_sqrt_ps(kAll, sums));
  for (unsigned odd = ~bits_of(is_ordinary(sums)) & ((1u << count) - 1); odd != 0; odd &= odd - 1) {
    const int r = __builtin_ctz(odd);
    norms[r] = careful_norm(q.src + (first + r) * q.src_step, 1, q.depth);
  }
  const F32 norm = load(norms);
  store(factors,
        _mm512_maskz_div_ps(_mm512_cmp_ps_mask(norm, F32{}, _CMP_GT_OQ), broadcast(kNorm15), norm));
  store(norms, norm * broadcast(1 / kNorm15));
  for (std::int64_t r = 0; r < count; ++r) {
    quantize_row(q.src + (first + r) * q.src_step, q.depth, q.padded, factors[r],
                 q.dst + (first + r) * q.dst_step);
    q.scale[(first + r) * q.scale_step] = norms[r];
  }
}

// Of V vectors of columns: Euclidean norms and largest absolute values.
template <unsigned V>
struct Columns {
  F32 norms[V], largest[V];
};

template <unsigned V>
IMPASTO_INLINE void measure(const QuantizedColumns& q, Columns<V>& columns) {
  const auto no_sign = _mm512_set1_epi32(0x7fffffff);
  F32 sums[V];
  each<V>(IMPASTO_EACH(v) { sums[v] = columns.largest[v] = F32{}; });
  const float* row = q.src;
  for (std::int64_t k = 0; k < q.depth; ++k, row += q.src_step) {
    each<V>(IMPASTO_EACH(v) {
      const F32 value = load(row + v * kLanes);
      const auto magnitude = reinterpret_cast<F32>(reinterpret_cast<__m512i>(value) & no_sign);
      sums[v] = multiply_add(value, value, sums[v]);
      columns.largest[v] = _mm512_maskz_max_ps(kAll, columns.largest[v], magnitude);
    });
  }
  each<V>(IMPASTO_EACH(v) {
    columns.norms[v] = _mm512_maskz_sqrt_ps(kAll, sums[v]);
    const Mask none = _mm512_cmp_ps_mask(columns.largest[v], F32{}, _CMP_EQ_OQ);
    for (unsigned odd = ~bits_of(is_ordinary(sums[v]) | none) & 0xffff; odd != 0; odd &= odd - 1) {
      const int lane = __builtin_ctz(odd);
      float norms[kLanes];
      store(norms, columns.norms[v]);
      norms[lane] = careful_norm(q.src + v * kLanes + lane, q.src_step, q.depth);
      columns.norms[v] = load(norms);
    }
  });
}

// Integers of two steps of k in turn.
inline __m512i pairs_of(F32 even, F32 odd) {
  return _mm512_mask_blend_epi16(
      0xaaaaaaaa, _mm512_maskz_cvtps_epi32(kAll, even),
      _mm512_maskz_slli_epi32(kAll, _mm512_maskz_cvtps_epi32(kAll, odd), 16));
}

template <unsigned V>
void quantize_vectors(const QuantizedColumns& q) {
  Columns<V> columns;
  measure<V>(q, columns);
  F32 factors[V];
  each<V>(IMPASTO_EACH(v) {
    const F32 norm = columns.norms[v];
    const Mask some = greater(norm, F32{});
    factors[v] = _mm512_maskz_min_ps(
        some, _mm512_maskz_div_ps(some, broadcast(q.norm), norm),
        _mm512_maskz_div_ps(some, broadcast(kLargestInt16), columns.largest[v]));
    const Mask inverse = greater(factors[v], F32{});
    store(q.scale + v * kLanes,
          select(inverse, _mm512_maskz_div_ps(inverse, broadcast(1), factors[v]), norm * F32{}));
  });
  const float* row = q.src;
  std::int16_t* dst = q.dst;
  for (std::int64_t k = 0; k < q.padded; k += 2, row += 2 * q.src_step, dst += q.dst_step) {
    each<V>(IMPASTO_EACH(v) {
      const float* from = row + v * kLanes;
      const F32 even = k < q.depth ? factors[v] * load(from) : F32{};
      const F32 odd = k + 1 < q.depth ? factors[v] * load(from + q.src_step) : F32{};
      _mm512_storeu_si512(dst + v * kStep, pairs_of(even, odd));
    });
  }
}

template <unsigned V = 4>
void choose_vectors(const QuantizedColumns& q) {
  if (q.vectors == V) return quantize_vectors<V>(q);
  if constexpr (V > 1) choose_vectors<V - 1>(q);
}

}  // namespace

void quantize_columns(const QuantizedColumns& q) {
  choose_vectors(q);
}

void quantize_rows(const QuantizedRows& q) {
  for (std::int64_t r = 0; r < q.rows; r += kLanes) {
    quantize_batch(q, r, q.rows - r < kLanes ? q.rows - r : kLanes);
  }
}

}  // namespace impasto::gemm_tile::IMPASTO_ISA
