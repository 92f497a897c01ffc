// Which convolutions each GPU kernel of packed filters serves, and how it wants them packed.
#include "ops/conv2d/cuda.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::conv2d_kernels {
namespace {

Support needs_3x3(const Conv2dProblem& p) {
  if (p.kh != 3 || p.kw != 3 || p.params.stride != 1) {
    return Support::no("needs 3x3 filters and stride 1");
  }
  return fits_gpu(p);
}

void run_tiled(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, tiled_correlate, c);
}
void run_widen(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, first_widen, c);
}
void run_narrow(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, first_narrow, c);
}

template <GemmMath math>
void run_gemm(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, implicit_gemm, c, math);
}

Support needs_vectors(const Conv2dProblem& p, std::int64_t channels) {
  if (channels % 4 != 0) return Support::no("the channels it sums must be a multiple of 4");
  return fits_gpu(p);
}

}  // namespace

Support supports_gpu_tiled(const Conv2dProblem& p) {
  return needs_3x3(p);
}

const GpuCorrelator& gpu_tiled(const Correlation&) {
  static constexpr GpuCorrelator kTiled{
      .filters = "tiled", .block_o = kTiledOutputs, .block_c = kTiledInputs, .run = run_tiled};
  return kTiled;
}

Support supports_forward_gpu_first(const Conv2dProblem& p) {
  if (p.ic > kFirstChannels && p.oc > kFirstChannels) {
    return Support::no(fmt::format("needs at most {} channels on one side", kFirstChannels));
  }
  if (p.ic > kFirstChannels && p.params.pool) {
    return Support::no("a thread has no window of a pool");
  }
  return needs_3x3(p);
}

Support supports_backward_data_gpu_first(const Conv2dProblem& p) {
  Conv2dProblem unpooled = p;  // it only reads through one
  unpooled.params.pool.reset();
  return supports_forward_gpu_first(unpooled);
}

const GpuCorrelator& gpu_first(const Correlation& c) {
  static constexpr GpuCorrelator kWiden{
      .filters = "widen", .block_o = kTiledOutputs, .block_c = 1, .run = run_widen};
  static constexpr GpuCorrelator kNarrow{
      .filters = "narrow", .block_o = kFirstChannels, .block_c = kTiledInputs, .run = run_narrow};
  return c.ic <= kFirstChannels ? kWiden : kNarrow;
}

Support supports_forward_gpu_gemm(const Conv2dProblem& p) {
  return needs_vectors(p, p.ic);
}

Support supports_backward_data_gpu_gemm(const Conv2dProblem& p) {
  if (p.params.stride != 1) return Support::no("needs stride 1");
  return needs_vectors(p, p.oc);
}

template <GemmMath math>
const GpuCorrelator& gpu_gemm(const Correlation&) {
  constexpr bool kF32 = math == GemmMath::tf32 || math == GemmMath::tf32x3;
  static constexpr GpuCorrelator kGemm{.filters = kF32                     ? "gemm_f32"
                                                  : math == GemmMath::bf16 ? "gemm_bf16"
                                                                           : "gemm_f16",
                                       .block_o = kGemmOutputs,
                                       .block_c = kF32 ? kGemmWords : 2 * kGemmWords,
                                       .inputs_inside = true,
                                       .element = kF32                     ? GpuElement::f32
                                                  : math == GemmMath::bf16 ? GpuElement::bf16
                                                                           : GpuElement::f16,
                                       .run = run_gemm<math>};
  return kGemm;
}
template const GpuCorrelator& gpu_gemm<GemmMath::tf32>(const Correlation&);
template const GpuCorrelator& gpu_gemm<GemmMath::tf32x3>(const Correlation&);
template const GpuCorrelator& gpu_gemm<GemmMath::bf16>(const Correlation&);
template const GpuCorrelator& gpu_gemm<GemmMath::f16>(const Correlation&);

}  // namespace impasto::conv2d_kernels
