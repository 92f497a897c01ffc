// The host's side of conv2d's GPU kernels: what they serve, their memory, and their runs.
#pragma once

#include "ops/conv2d/conv2d_kernels.h"
#include "ops/conv2d/correlation.h"
#include "ops/conv2d/cuda_kernels.h"

namespace impasto::conv2d_kernels {

GpuBorder gpu_border(PadMode mode);
TilePool gpu_pool(const std::optional<PoolKind>& pool);

// Kernels count elements of a tensor with 32 bits, where not said otherwise.
Support fits_gpu(const Conv2dProblem& problem);

// `direct`, for everything.
Support supports_gpu_direct(const Conv2dProblem&);
void forward_gpu_direct(Context&, const Conv2dProblem&, const Conv2dForwardArgs&, void*);
void backward_data_gpu_direct(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&, void*);
std::size_t backward_filter_gpu_direct_bytes(const Conv2dProblem&, int threads);
void backward_filter_gpu_direct(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                                void*);

// A kernel that computes any correlation from filters packed in its own way.
struct GpuCorrelator {
  std::string_view filters;  // names the packed form: those of one name are the same
  int block_o = 1, block_c = 1;
  bool inputs_inside = false;  // which of the two packings
  GpuElement element = GpuElement::f32;
  void (*run)(Context&, const GpuCorrelation&) = nullptr;
};
// Which one computes a correlation; its strides and channels decide.
using GpuChoice = const GpuCorrelator& (*)(const Correlation&);

std::size_t forward_gpu_bytes(GpuChoice choice, const Conv2dProblem&);
void forward_gpu(GpuChoice choice, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                 void* workspace);
std::size_t backward_data_gpu_bytes(GpuChoice choice, const Conv2dProblem&);
void backward_data_gpu(GpuChoice choice, Context&, const Conv2dProblem&,
                       const Conv2dBackwardDataArgs&, void* workspace);

Support supports_gpu_tiled(const Conv2dProblem&);
const GpuCorrelator& gpu_tiled(const Correlation&);
Support supports_forward_gpu_first(const Conv2dProblem&);
Support supports_backward_data_gpu_first(const Conv2dProblem&);
const GpuCorrelator& gpu_first(const Correlation&);
Support supports_forward_gpu_gemm(const Conv2dProblem&);
Support supports_backward_data_gpu_gemm(const Conv2dProblem&);
template <GemmMath math>
const GpuCorrelator& gpu_gemm(const Correlation&);

Support supports_gpu_winograd(const Conv2dProblem&);
std::size_t forward_gpu_winograd_bytes(const Conv2dProblem&, int threads);
void forward_gpu_winograd(GemmMath math, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                          void* workspace);
std::size_t backward_data_gpu_winograd_bytes(const Conv2dProblem&, int threads);
void backward_data_gpu_winograd(GemmMath math, Context&, const Conv2dProblem&,
                                const Conv2dBackwardDataArgs&, void* workspace);

// Of stride and padding all that there are. Workspace: below 32 MiB.
Support supports_backward_filter_gpu(const Conv2dProblem&);
std::size_t backward_filter_gpu_bytes(const Conv2dProblem&, int threads);
void backward_filter_gpu_tiled(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                               void* workspace);
void backward_filter_gpu_gemm(GemmMath math, Context&, const Conv2dProblem&,
                              const Conv2dBackwardFilterArgs&, void* workspace);

// Kernels that round their operands: not unless the problem allows it.
inline constexpr double kTf32Eps = 0x1p-11, kF16Eps = 0x1p-11, kBf16Eps = 0x1p-8;
inline constexpr double kTransformedTf32Eps = 4 * kTf32Eps;  // Winograd's transforms enlarge it
template <auto supports>
Support if_mixed(const Conv2dProblem& p) {
  return p.mixed ? supports(p)
                 : Support::no("rounds operands, and mixed precision was not asked for");
}

// The gradient of the sums, as unfuse_gradient() of epilogue.h.
void unfuse_gradient_gpu(Context&, const Conv2dProblem&, const Conv2dUpstream&, Tensor& grad);

// Mask, if not null, and dst, when pooled, from finished outputs, as finish_outputs() of
// epilogue.h.
void finish_outputs_gpu(Context&, const Conv2dProblem&, const Tensor& out, Tensor& dst,
                        Tensor* mask);

GpuConvolution gpu_convolution(const Conv2dProblem& problem);

// What kernels of correlations are made from, for those that need more than a GpuCorrelator.
GpuCorrelation gpu_correlation(const Correlation& correlation);
GpuFilterView gpu_view(const FilterView& view);
void set_gpu_operands(const Context& context, GpuCorrelation& c, const Conv2dForwardArgs& args);
void set_gpu_operands(const Context& context, GpuCorrelation& c,
                      const Conv2dBackwardDataArgs& args);
// As correlate_and_fold() of correlation.h: run(rest) computes c, whose dst may be the scratch.
void correlate_and_fold_gpu(Context& context, const Conv2dProblem& problem, GpuCorrelation& c,
                            float* scratch, const std::function<void(float* rest)>& run);

}  // namespace impasto::conv2d_kernels
