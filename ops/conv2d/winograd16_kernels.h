// Products of 16-bit integers for Winograd: twice the multiply-adds of f32 an instruction, where
// the processor has the 16-bit dot products of VNNI (VPDPWSSD), and half the memory.
//
// Every row of the inputs and every column of the filters, at each point, has a scale of its own,
// so that its Euclidean norm is just below 2^15 and 2^16. By the inequality of Cauchy and Schwarz
// no sum of their products can leave 32 bits, whatever the values are, and each value keeps about
// 15 - log2(sqrt(depth)) bits below its row's root mean square: 11 for 512 channels, where bf16 has
// 8. Sums are exact.
//
// Plain structs only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::conv2d_kernels {

// Norms that rounding cannot push to 2^15 and 2^16, for depths below 2^14.
inline constexpr float kInputNorm = 32600, kFilterNorm = 65400;
inline constexpr float kLargestInt16 = 32767;

// dst[k] = round(src[k] * r), zeros up to `padded`, where r makes the norm kInputNorm (or 0 when
// src is 0). Returns 1 / r, or 0. A row that is not finite returns NaN.
struct QuantizedRow {
  const float* src = nullptr;
  std::int64_t depth = 0, padded = 0;  // padded is a multiple of 32
  std::int16_t* dst = nullptr;
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
  float* dst = nullptr;  // [rows, vectors]
  unsigned vectors = 0;
};

namespace avx512vnni {
float quantize_row(const QuantizedRow&);
void multiply16(const Product16&);
}  // namespace avx512vnni

}  // namespace impasto::conv2d_kernels
