// Two one-dimensional sums instead of one of two dimensions, a row of the output at a time: first
// down the columns, source rows being contiguous, into a buffer of one row, then along the buffer.
// The buffer stays in the cache, so no intermediate picture is written.
//
// kv + kh multiplications an element (taps of the two axes) instead of kv * kh. When growing, rows
// that share their source rows repeat the second sum's work; that is cheaper than the memory
// traffic of an intermediate picture.
//
// Backward is the same with both matrices transposed.
#include <algorithm>

#include "ops/resize/resize_kernels.h"

namespace impasto::resize_kernels {
namespace {

struct Axes {
  AxisWeights rows, columns;
};

// What the kernel reads and writes: pictures [n, h, w, c] -> [n, oh, ow, c].
struct Extents {
  std::int64_t n, h, w, c, oh, ow;
};

// Floats of one thread's buffer, in whole cache lines.
std::int64_t buffer_length(std::int64_t w, std::int64_t c) {
  return (w * c + 15) / 16 * 16;
}

std::size_t buffers(std::int64_t w, std::int64_t c, int threads) {
  return static_cast<std::size_t>(buffer_length(w, c) * threads) * sizeof(float);
}

// dst[count] = sum over k of weight k times row k of src, rows `stride` apart: the output with
// index i of an axis. An output that reads nothing is zero.
void weighted_sum(const AxisWeights& axis, std::int64_t i, const float* src, std::int64_t stride,
                  std::int64_t count, float* __restrict dst) {
  const auto index = static_cast<std::size_t>(i);
  const std::int64_t begin = axis.offset[index], end = axis.offset[index + 1];
  const float* row = src + axis.first[index] * stride;
  if (begin == end) std::fill_n(dst, count, 0.0f);
  for (std::int64_t k = begin; k < end; ++k, row += stride) {
    const auto weight = static_cast<float>(axis.weights[static_cast<std::size_t>(k)]);
    if (k == begin) {
      for (std::int64_t j = 0; j < count; ++j) dst[j] = weight * row[j];
    } else {
      for (std::int64_t j = 0; j < count; ++j) dst[j] += weight * row[j];
    }
  }
}

void apply(Context& context, const Axes& axes, const Extents& e, const ResizeArgs& args,
           float* workspace) {
  const float* src = args.src.data<float>();
  float* dst = args.dst.data<float>();
  context.threads().run(e.n * e.oh, [&](std::int64_t row, int thread) {
    float* buffer = workspace + thread * buffer_length(e.w, e.c);
    const float* picture = src + row / e.oh * e.h * e.w * e.c;
    weighted_sum(axes.rows, row % e.oh, picture, e.w * e.c, e.w * e.c, buffer);
    for (std::int64_t x = 0; x < e.ow; ++x) {
      weighted_sum(axes.columns, x, buffer, e.c, e.c, dst + (row * e.ow + x) * e.c);
    }
  });
}

}  // namespace

std::size_t forward_separable_workspace(const ResizeProblem& p, int threads) {
  return buffers(p.w, p.c, threads);
}

std::size_t backward_separable_workspace(const ResizeProblem& p, int threads) {
  return buffers(p.ow, p.c, threads);
}

void forward_separable(Context& context, const ResizeProblem& p, const ResizeArgs& args,
                       void* workspace) {
  apply(context, {resize_weights(p.h, p.oh, p.mode), resize_weights(p.w, p.ow, p.mode)},
        {p.n, p.h, p.w, p.c, p.oh, p.ow}, args, static_cast<float*>(workspace));
}

void backward_separable(Context& context, const ResizeProblem& p, const ResizeArgs& args,
                        void* workspace) {
  apply(context,
        {transposed(resize_weights(p.h, p.oh, p.mode), p.h),
         transposed(resize_weights(p.w, p.ow, p.mode), p.w)},
        {p.n, p.oh, p.ow, p.c, p.h, p.w}, args, static_cast<float*>(workspace));
}

}  // namespace impasto::resize_kernels
