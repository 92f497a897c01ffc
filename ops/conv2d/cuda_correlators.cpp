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

// Filters of a kernel whose threads count with 32 bits.
void run_tiled(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, tiled_correlate, c);
}
void run_widen(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, first_widen, c);
}
void run_narrow(Context& context, const GpuCorrelation& c) {
  IMPASTO_ON_GPU(context, first_narrow, c);
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

}  // namespace impasto::conv2d_kernels
