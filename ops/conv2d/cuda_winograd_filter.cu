// The filters of cuda_winograd.cu: G g G^T of each, in double, rounded once; done once for a frozen
// filter. A thread an element, bytes only.
#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 128;

// Points 0, a, -a, b, -b, infinity of one row or column of three taps; see winograd_filter.cpp.
__device__ void filter_1d(double g0, double g1, double g2, double (&out)[6]) {
  constexpr double a = kPointA, b = kPointB, a2 = a * a, b2 = b * b;
  constexpr double scale_0 = 1 / (a2 * b2);
  constexpr double scale_a = 1 / (2 * a2 * (a2 - b2)), scale_b = 1 / (2 * b2 * (b2 - a2));
  const double even_a = g0 + a2 * g2, even_b = g0 + b2 * g2;
  out[0] = scale_0 * g0;
  out[1] = scale_a * (even_a + a * g1);
  out[2] = scale_a * (even_a - a * g1);
  out[3] = scale_b * (even_b + b * g1);
  out[4] = scale_b * (even_b - b * g1);
  out[5] = g2;
}

// Thread: one pair of channels, 36 points of it; neighbours have the next input channel of a chunk.
// In double, rounded once.
__global__ void __launch_bounds__(kThreads)
    filter_kernel(GpuFilterView view, int channels, int outputs, float* filters) {
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
  const std::int64_t row = index / kGemmWords, step = static_cast<std::int64_t>(channels) * outputs;
  if (index >= step) return;
  const int o = static_cast<int>(row % outputs);
  const int c = static_cast<int>(row / outputs) * kGemmWords + static_cast<int>(index % kGemmWords);
  double columns[3][6];  // [column][point down it]
#pragma unroll
  for (int j = 0; j < 3; ++j) {
    double taps[3] = {};
#pragma unroll
    for (int i = 0; i < 3; ++i) {
      if (o >= view.oc || c >= view.ic) continue;
      taps[i] =
          double{view.first[o * view.o_step + i * view.i_step + j * view.j_step + c * view.c_step]};
    }
    filter_1d(taps[0], taps[1], taps[2], columns[j]);
  }
#pragma unroll
  for (int i = 0; i < 6; ++i) {
    double points[6];
    filter_1d(columns[0][i], columns[1][i], columns[2][i], points);
#pragma unroll
    for (int j = 0; j < 6; ++j) filters[(i * 6 + j) * step + index] = static_cast<float>(points[j]);
  }
}

}  // namespace

void winograd_filters(const GpuQueue& queue, const GpuFilterView& view, float* filters) {
  const int channels = winograd_inputs(view.ic), outputs = winograd_outputs(view.oc);
  const std::int64_t count = static_cast<std::int64_t>(channels) * outputs;
  launch(queue,
         {"conv2d.cuda.winograd4, filters",
          dim3(static_cast<unsigned>((count + kThreads - 1) / kThreads)), dim3(kThreads)},
         filter_kernel, view, channels, outputs, filters);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
