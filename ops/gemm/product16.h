// Products of 16-bit integers: twice the multiply-adds of f32 an instruction, where the processor
// has the 16-bit dot products of VNNI (VPDPWSSD), and half the memory.
//
// Every row of one matrix and every column of the other has a scale of its own, so that its
// Euclidean norm is just below 2^15, or 2^16 for one of the two, or 2^15.5 for both. By the
// inequality of Cauchy and Schwarz no sum of their products can leave 32 bits, whatever the values
// are, and each value keeps about 15 - log2(sqrt(depth)) bits below its row's root mean square: 11
// for 512 elements, where bf16 has 8. Sums are exact.
//
// Plain structs only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::gemm_tile {

// Norms that rounding cannot push to 2^15 and 2^16, for depths below kMaxDepth16.
inline constexpr float kNorm15 = 32600, kNorm16 = 65400;
inline constexpr float kNormOfBoth = 46200;  // of columns that are multiplied with each other
inline constexpr float kLargestInt16 = 32767;
inline constexpr std::int64_t kMaxDepth16 = 1 << 14;
inline constexpr std::int64_t kPanelStep16 = 128;  // pairs of 64 columns

// dst[row, k] = round(src[row, k] / scale[row]), zeros up to `padded`, where scale makes the norm
// of the row kNorm15; it is 0 when src is, and NaN when src is not finite.
struct QuantizedRows {
  const float* src = nullptr;  // [rows, depth] at src + row src_step + k
  std::int64_t src_step = 0;
  std::int64_t rows = 0, depth = 0, padded = 0;  // padded is a multiple of 32
  std::int16_t* dst = nullptr;
  std::int64_t dst_step = 0;
  float* scale = nullptr;
  std::int64_t scale_step = 1;
};

// The same of columns, [depth, columns], whose norms become `norm`, or what their largest values
// allow; two of a column side by side: k of column v is at dst + k / 2 dst_step + 2 v + k % 2.
struct QuantizedColumns {
  const float* src = nullptr;  // at src + k src_step + v
  std::int64_t src_step = 0;
  std::int64_t depth = 0, padded = 0;  // padded is even
  unsigned vectors = 0;                // of 16 columns, at most 4
  float norm = kNorm15;
  std::int16_t* dst = nullptr;
  std::int64_t dst_step = 0;
  float* scale = nullptr;  // [columns]
};

// dst[row, v] = src_scale[row] wei_scale[v] sum_k src[row, k] wei[k, v].
struct Product16 {
  const std::int16_t* src = nullptr;  // [rows, depth] at src + row src_step + k
  std::int64_t src_step = 0;
  const std::int16_t* wei = nullptr;       // [depth / 2, vectors, 2]: pairs of k side by side
  const std::int16_t* next_src = nullptr;  // what will be src and wei next time
  const std::int16_t* next_wei = nullptr;
  std::int64_t rows = 0, depth = 0;  // depth is even
  const float* src_scale = nullptr;
  const float* wei_scale = nullptr;
  float* dst = nullptr;  // [rows, vectors] at dst + row dst_step
  std::int64_t dst_step = 0;
  unsigned vectors = 0;  // of 16 columns, at most 4
  bool add = false;      // to what dst holds
};

namespace avx512vnni {
void quantize_rows(const QuantizedRows&);
void quantize_columns(const QuantizedColumns&);
void multiply16(const Product16&);
// Both matrices lie as quantize_columns() writes them with dst_step = kPanelStep16: src[row, k] is
// at src + k / 2 kPanelStep16 + row src_step + k % 2.
void multiply16_panels(const Product16&);
}  // namespace avx512vnni

}  // namespace impasto::gemm_tile
