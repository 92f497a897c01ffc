// What blocks that compute a filter's gradient share, see cuda_filter_rows.cuh: the operands' way
// to shared memory, the sums' way out, the launch.
#pragma once

#include "ops/conv2d/cuda_filter_rows.cuh"
#include "ops/conv2d/cuda_stream.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

// Brings chunks of one operand near, kWidth words of each row.
template <class Rows, int kWidth, int kThreads, class Math, bool kAsync>
class RowLoader {
 public:
  static constexpr int kStep = kWidth + 8;
  static constexpr int kPixels = Math::kElement == GpuElement::f32 ? 1 : 2;  // of a word
  static_assert(kPixels == 1 || !kAsync);

  __device__ __forceinline__ RowLoader(const GpuFilterGradient& p, const FilterPlace& place)
      : rows_(p, place, column(), row(0) * kPixels) {}

  __device__ __forceinline__ void start(std::uint32_t* to) {
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
#pragma unroll
      for (int k = 0; k < kPixels; ++k) {
        if constexpr (kAsync) {
          copy_vector(to + offset(u), rows_.values, rows_.channels, rows_.here(), rows_.c);
        } else {
          held_[u][k] = read_vector(rows_.values, rows_.channels, rows_.here(), rows_.c);
        }
        rows_.step(k + 1 < kPixels ? 1 : (kApart - 1) * kPixels + 1);
      }
    }
  }
  // Stores what came through registers.
  __device__ __forceinline__ void finish(std::uint32_t* to) {
    if constexpr (!kAsync) {
#pragma unroll
      for (int u = 0; u < kUnits; ++u) store(to + offset(u), held_[u]);
    }
  }

 private:
  static constexpr int kQuads = kWidth / 4, kApart = kThreads / kQuads;
  static constexpr int kUnits = kChunkRows / kApart;
  static_assert(kThreads % kQuads == 0 && kChunkRows % kApart == 0);

  static __device__ __forceinline__ int column() {
    return static_cast<int>(threadIdx.x) % kQuads * 4;
  }
  static __device__ __forceinline__ int row(int u) {
    return static_cast<int>(threadIdx.x) / kQuads + u * kApart;
  }
  static __device__ __forceinline__ int offset(int u) {
    return row(u) * kStep + column();
  }

  static __device__ __forceinline__ void store(std::uint32_t* to, const float4 (&v)[kPixels]) {
    if constexpr (kPixels == 1) {
      *reinterpret_cast<float4*>(to) = v[0];
    } else {
      *reinterpret_cast<uint4*>(to) =
          make_uint4(Math::pack(v[0].x, v[1].x), Math::pack(v[0].y, v[1].y),
                     Math::pack(v[0].z, v[1].z), Math::pack(v[0].w, v[1].w));
    }
  }

  Rows rows_;
  float4 held_[kUnits][kPixels];
};

// Both operands: patches, and the gradient behind them.
template <int kElements, int kFilters, int kThreads, class Math, bool kAsync>
class FilterLoader {
  using Patches = RowLoader<PatchRows, kElements, kThreads, Math, kAsync>;
  using Grads = RowLoader<GradRows, kFilters, kThreads, Math, kAsync>;

 public:
  static constexpr int kPatchStep = Patches::kStep, kGradStep = Grads::kStep;
  static constexpr int kPatchWords = kChunkRows * kPatchStep;
  static constexpr int kStageWords = kPatchWords + kChunkRows * kGradStep;
  static constexpr int kPixels = kChunkRows * Patches::kPixels;  // of a chunk

  __device__ __forceinline__ FilterLoader(const GpuFilterGradient& p, const FilterPlace& place)
      : patches_(p, place), grads_(p, place) {}
  __device__ __forceinline__ void start(std::uint32_t* stage) {
    patches_.start(stage);
    grads_.start(stage + kPatchWords);
  }
  __device__ __forceinline__ void finish(std::uint32_t* stage) {
    patches_.finish(stage);
    grads_.finish(stage + kPatchWords);
  }

 private:
  Patches patches_;
  Grads grads_;
};

// Four sums of filter o, of a block's run of outputs.
__device__ __forceinline__ void write_quad(const GpuFilterGradient& p, int split, FilterQuad quad,
                                           int o, float4 v) {
  const GpuConvolution& s = p.shape;
  const int taps = s.kh * s.kw;
  if (quad.tap >= taps || o >= s.oc) return;
  const auto size = [](int n) { return static_cast<std::size_t>(n); };
  const std::size_t filter = size(split) * size(s.oc) + size(o);
  float* to = p.partial + (filter * size(taps) + size(quad.tap)) * size(s.ic) + size(quad.c);
  if (s.ic % 4 == 0) {
    *reinterpret_cast<float4*>(to) = v;
    return;
  }
  to[0] = v.x;
  if (quad.c + 1 < s.ic) to[1] = v.y;
  if (quad.c + 2 < s.ic) to[2] = v.z;
  if (quad.c + 3 < s.ic) to[3] = v.w;
}

inline dim3 filter_grid(const GpuFilterGradient& p, FilterTileSize tile) {
  const GpuConvolution& s = p.shape;
  const auto parts = [](int a, int b) { return (a + b - 1) / b; };
  const int elements = s.kh * s.kw * parts(s.ic, 4) * 4;
  return dim3(static_cast<unsigned>(parts(elements, tile.elements) * parts(s.oc, tile.filters)),
              static_cast<unsigned>(p.splits));
}

// What is left to do when there is more than one run.
inline void add_runs(const GpuQueue& queue, const GpuFilterGradient& p, const char* id) {
  const GpuConvolution& s = p.shape;
  const std::int64_t count = static_cast<std::int64_t>(s.oc) * s.kh * s.kw * s.ic;
  if (p.splits > 1) add_filter_sums(queue, {id, p.partial, p.dst, count, p.splits, false});
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
