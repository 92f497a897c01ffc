// The gradient of a filter as a product of matrices, and how its operands come near:
//
//   d[e, o] = sum over output pixels k of patch[k, e] grad[k, o]
//
// Rows of d are the elements of a filter, taps first, then channels, which every tap rounds up to a
// multiple of 4; columns are the filters. Patches exist in shared memory only, a chunk of pixels at
// a time. Both operands lie there as they do in memory, one row a pixel, so nothing is transposed:
// a thread brings the same 4 columns of every few rows, and follows one tap over the picture.
//
// Words are f32, or 16-bit numbers of two neighbouring pixels: then fragments of tensor cores are
// the same in words for every math, as in cuda_mma_tile.cuh. Rows are 8 words longer than a
// multiple of 32, so 4 rows of 8 words are in all different banks.
#pragma once

#include "ops/conv2d/cuda_device.cuh"
#include "ops/conv2d/cuda_filter_kernels.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

constexpr int kChunkRows = kGemmWords;  // of shared memory, in words

// Four elements of a filter: a tap, and channels from c on.
struct FilterQuad {
  int tap, c;
};
__device__ __forceinline__ FilterQuad filter_quad(const GpuConvolution& s, int e) {
  const int quads = ceil_ratio(s.ic, 4), tap = e / 4 / quads;
  return {tap, e - tap * quads * 4};
}

// What a block computes: a tile of d from element e and filter o on, of outputs [first, end).
struct FilterPlace {
  int e, o, split;
  int first, end, chunks;
};

template <int kElements, int kFilters, int kPixels>
__device__ __forceinline__ FilterPlace filter_place(const GpuFilterGradient& p) {
  const GpuConvolution& s = p.shape;
  const int across = ceil_ratio(s.kh * s.kw * ceil_ratio(s.ic, 4) * 4, kElements);
  const int index = static_cast<int>(blockIdx.x), split = static_cast<int>(blockIdx.y);
  const int pixels = s.n * s.oh * s.ow, chunks = ceil_ratio(pixels, kPixels);
  const auto start = [&](int k) {
    return static_cast<int>(static_cast<std::int64_t>(chunks) * k / p.splits);
  };
  const int first = start(split), last = start(split + 1);
  return {index % across * kElements,
          index / across * kFilters,
          split,
          first * kPixels,
          min(last * kPixels, pixels),
          last - first};
}

// Rows of an operand: 4 channels from c on of pixel here() of values, [pixels, channels]; -1 for
// zeros. step() goes on by so many outputs. Those of the gradient are the outputs,
class GradRows {
 public:
  __device__ __forceinline__ GradRows(const GpuFilterGradient& p, const FilterPlace& place,
                                      int column, int skipped)
      : values(p.grad),
        channels(p.shape.oc),
        c(place.o + column),
        pixel_(place.first + skipped),
        end_(place.end) {}

  __device__ __forceinline__ int here() const { return pixel_ < end_ ? pixel_ : -1; }
  __device__ __forceinline__ void step(int by) { pixel_ += by; }

  const float* values;
  int channels, c;

 private:
  int pixel_, end_;
};

// those of patches the pixels that a tap sees.
class PatchRows {
 public:
  __device__ __forceinline__ PatchRows(const GpuFilterGradient& p, const FilterPlace& place,
                                       int column, int skipped)
      : values(p.src), channels(p.shape.ic), s_(p.shape), end_(place.end) {
    const FilterQuad quad = filter_quad(s_, place.e + column);
    c = quad.tap < s_.kh * s_.kw ? quad.c : channels;
    dy_ = quad.tap / s_.kw - s_.pad, dx_ = quad.tap % s_.kw - s_.pad;
    pixel_ = place.first;
    n_ = pixel_ / (s_.oh * s_.ow);
    y_ = pixel_ / s_.ow % s_.oh;
    x_ = pixel_ % s_.ow;
    find_row();
    step(skipped);
  }

  __device__ __forceinline__ int here() const {
    if (pixel_ >= end_ || row_ < 0) return -1;
    const int x = shown_pixel(x_ * s_.stride + dx_, s_.w, s_.border);
    return x < 0 ? -1 : row_ + x;
  }
  __device__ __forceinline__ void step(int by) {
    pixel_ += by;
    x_ += by;
    if (x_ < s_.ow || pixel_ >= end_) return;
    const int rows = x_ / s_.ow;
    x_ -= rows * s_.ow;
    y_ += rows;
    if (y_ >= s_.oh) {
      n_ += y_ / s_.oh;
      y_ %= s_.oh;
    }
    find_row();
  }

  const float* values;
  int channels, c;

 private:
  // The first pixel of the row of the picture that the tap sees.
  __device__ __forceinline__ void find_row() {
    const int y = shown_pixel(y_ * s_.stride + dy_, s_.h, s_.border);
    row_ = y < 0 ? -1 : (n_ * s_.h + y) * s_.w;
  }

  const GpuConvolution& s_;
  int dy_, dx_, n_, y_, x_, row_, pixel_, end_;
};

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
