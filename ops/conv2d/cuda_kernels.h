// What conv2d's GPU kernels are given: plain structs of sizes and of pointers into the device's
// memory, and a launcher for each. Kernels and host code share this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ops/conv2d/winograd_kernels.h"
#include "tensor/cuda/queue.h"

namespace impasto::conv2d_kernels {

enum class GpuBorder : std::uint8_t { zero, reflect, replicate };

// A convolution as conv2d.h defines it. Extents fit 32 bits, products of them may not.
struct GpuConvolution {
  int n = 1, h = 0, w = 0, ic = 0;
  int oh = 0, ow = 0, oc = 0;
  int kh = 0, kw = 0, stride = 1, pad = 0;
  GpuBorder border = GpuBorder::zero;
  bool relu = false;
  TilePool pool = TilePool::none;
};

// Of kernels that serve every problem; float, or double when `wide`.
struct GpuDirect {
  GpuConvolution shape;
  bool wide = false;
  const void* src = nullptr;  // forward and backward-filter: [n, h, w, ic]; backward-data: grad_dst
  const void* wei = nullptr;  // [oc, kh, kw, ic]
  const void* bias = nullptr;               // may be null
  const std::uint8_t* mask_read = nullptr;  // backward-data; may be null
  std::uint8_t* mask = nullptr;             // forward; may be null
  const void* grad_dst = nullptr;           // backward-filter: [n, oh, ow, oc]
  void* dst = nullptr;
  void* partial = nullptr;  // backward-filter: [splits, oc, kh, kw, ic]
  int splits = 1;
};

// Forward or, of stride 1, backward-data as one thing; see Correlation in correlation.h.
struct GpuCorrelation {
  int n = 1, h = 0, w = 0, ic = 0;
  int oh = 0, ow = 0, oc = 0;
  int kh = 0, kw = 0, stride = 1, top = 0, left = 0;
  GpuBorder border = GpuBorder::zero;
  bool relu = false;
  TilePool src_pool = TilePool::none, dst_pool = TilePool::none;
  const float* src = nullptr;
  const std::uint8_t* src_mask = nullptr;  // may be null
  const void* filters = nullptr;           // as the kernel wants them
  const float* bias = nullptr;             // may be null
  float* dst = nullptr;
  std::uint8_t* mask = nullptr;  // may be null
};

// A filter bank seen as wei[o, i, j, c] through strides, as FilterView.
struct GpuFilterView {
  const float* first = nullptr;
  int oc = 0, kh = 0, kw = 0, ic = 0;
  std::int64_t o_step = 0, i_step = 0, j_step = 0, c_step = 0;
};

// Mask and pool from finished outputs, as finish_outputs() of epilogue.h.
struct GpuFinish {
  GpuConvolution shape;
  const float* out = nullptr;    // [n, oh, ow, oc], bias and ReLU applied
  float* dst = nullptr;          // unused without a pool: out is dst
  std::uint8_t* mask = nullptr;  // may be null
};

// How many numbers of 32 bits packed filters have, zeros behind the last channels.
enum class GpuElement : std::uint8_t { f32, bf16, f16 };
struct GpuPacking {
  GpuFilterView view;
  int block_o = 0, block_c = 0;  // channels are rounded up to these
  GpuElement element = GpuElement::f32;
  void* packed = nullptr;
};

// The gradient of a picture [n, h, w, channels] from that of the padded one.
struct GpuFold {
  int n = 1, h = 0, w = 0, channels = 0, pad = 0;
  GpuBorder border = GpuBorder::zero;
  const float* padded = nullptr;  // [n, h + 2 pad, w + 2 pad, channels]
  float* dst = nullptr;
};

IMPASTO_GPU_DECLARE(void direct_forward(const GpuQueue&, const GpuDirect&));
IMPASTO_GPU_DECLARE(void direct_backward_data(const GpuQueue&, const GpuDirect&));
IMPASTO_GPU_DECLARE(void direct_backward_filter(const GpuQueue&, const GpuDirect&));
// Reads src through mask_read and writes dst, both of dst's channels.
IMPASTO_GPU_DECLARE(void backward_activation(const GpuQueue&, const GpuDirect&));

IMPASTO_GPU_DECLARE(void finish_outputs(const GpuQueue&, const GpuFinish&));

IMPASTO_GPU_DECLARE(void fold_border(const GpuQueue&, const GpuFold&));
// [block of o, c, i, j, o within the block]; f32 only
IMPASTO_GPU_DECLARE(void pack_outputs_inside(const GpuQueue&, const GpuPacking&));
// [i, j, block of c, o, c within the block]
IMPASTO_GPU_DECLARE(void pack_inputs_inside(const GpuQueue&, const GpuPacking&));

// 3x3, stride 1. Filters: pack_outputs_inside in blocks of these.
inline constexpr int kTiledOutputs = 64, kTiledInputs = 8;
IMPASTO_GPU_DECLARE(void tiled_correlate(const GpuQueue&, const GpuCorrelation&));
// The same of at most kFirstChannels channels going in; filters in blocks of kTiledOutputs and 1.
inline constexpr int kFirstChannels = 4;
IMPASTO_GPU_DECLARE(void first_widen(const GpuQueue&, const GpuCorrelation&));
// And coming out; filters in blocks of kFirstChannels and kTiledInputs.
IMPASTO_GPU_DECLARE(void first_narrow(const GpuQueue&, const GpuCorrelation&));

// What tensor cores multiply: f32 rounded to 11 bits, three such products for one of f32, or
// numbers rounded to 16 bits. Filters: pack_inputs_inside in blocks of kGemmOutputs and 16 words.
enum class GemmMath : std::uint8_t { tf32, tf32x3, bf16, f16 };
inline constexpr int kGemmOutputs = 64, kGemmWords = 16;
IMPASTO_GPU_DECLARE(void implicit_gemm(const GpuQueue&, const GpuCorrelation&, GemmMath));

inline constexpr int kWinogradSide = 4, kWinogradPoints = 36;
inline constexpr double kPointA = kWinogradPairs<4>[0], kPointB = kWinogradPairs<4>[1];

// F(4x4, 3x3). Some tiles at a time go through its three steps, so that what lies between them
// stays in the second-level cache. Filters: transform_filters, [point] as pack_inputs_inside for
// GemmMath.
struct GpuWinograd {
  GpuCorrelation c;
  int first = 0, tiles = 0;     // of all tiles
  int inside = 0, outside = 0;  // winograd_inputs(ic) and winograd_outputs(oc)
  float* inputs = nullptr;      // [point, tile, inside]
  float* products = nullptr;    // [point, tile, outside]
};
constexpr int winograd_inputs(int channels) {
  return (channels + kGemmWords - 1) / kGemmWords * kGemmWords;
}
constexpr int winograd_outputs(int channels) {
  return (channels + kGemmOutputs - 1) / kGemmOutputs * kGemmOutputs;
}
IMPASTO_GPU_DECLARE(void winograd_filters(const GpuQueue&, const GpuFilterView&, float* filters));
IMPASTO_GPU_DECLARE(void winograd_correlate(const GpuQueue&, const GpuWinograd&, GemmMath));

}  // namespace impasto::conv2d_kernels
