// The host side of gram's CUDA kernels.
#include <algorithm>

#include "ops/gram/cuda_kernels.h"
#include "ops/gram/gram_kernels.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::gram_kernels {
namespace {

// Blocks that fill a large GPU twice, and pixels below which a slice is not worth its sums.
constexpr std::int64_t kBlocks = 264, kFewPixels = 256;
constexpr std::int64_t kMaxGrid = 65535;  // along a grid's second and third axis

GramCut cut_of(const GramProblem& p) {
  GramCut cut;
  cut.tiles = ceil_div(p.c, GramCut::kSide);
  cut.pairs = cut.tiles * (cut.tiles + 1) / 2;
  const std::int64_t wanted =
      std::clamp<std::int64_t>(kBlocks / cut.pairs, 1, ceil_div(p.m, kFewPixels));
  cut.slice_pixels = ceil_div(p.m, wanted);
  cut.slices = ceil_div(p.m, cut.slice_pixels);
  return cut;
}

GramForwardLaunch launch_of(const Context& context, const GramProblem& p,
                            const GramForwardArgs& args, void* workspace) {
  GramForwardLaunch launch;
  launch.n = p.n, launch.m = p.m, launch.c = p.c;
  launch.cut = cut_of(p);
  launch.scale = p.scale;
  launch.features = gpu_data<float>(context, args.features);
  launch.partial = static_cast<float*>(workspace);
  launch.gram = gpu_data<float>(context, args.gram);
  return launch;
}

GramBackwardLaunch launch_of(const Context& context, const GramProblem& p,
                             const GramBackwardArgs& args) {
  GramBackwardLaunch launch;
  launch.n = p.n, launch.m = p.m, launch.c = p.c;
  launch.scale = static_cast<float>(p.scale);
  launch.features = gpu_data<float>(context, args.features);
  launch.grad_gram = gpu_data<float>(context, args.grad_gram);
  launch.grad_features = gpu_data<float>(context, args.grad_features);
  launch.accumulate = args.accumulate;
  return launch;
}

}  // namespace

Support supports_cuda(const GramProblem& p) {
  if (p.n <= 0 || p.m <= 0 || p.c <= 0) return Support::no("there is nothing to compute");
  if (p.n > kMaxGrid) return Support::no("more pictures than a grid has layers");
  return Support::yes();
}

std::size_t forward_cuda_workspace(const GramProblem& p, int) {
  const GramCut cut = cut_of(p);
  const std::int64_t tile = GramCut::kSide * GramCut::kSide;
  return static_cast<std::size_t>(checked_mul(checked_mul(p.n, cut.slices * cut.pairs),
                                              tile * static_cast<std::int64_t>(sizeof(float))));
}

void forward_cuda_tiled(Context& context, const GramProblem& p, const GramForwardArgs& args,
                        void* workspace) {
  IMPASTO_ON_GPU(context, forward_tiled, launch_of(context, p, args, workspace));
}
void forward_cuda_mma(Context& context, const GramProblem& p, const GramForwardArgs& args,
                      void* workspace) {
  IMPASTO_ON_GPU(context, forward_mma, launch_of(context, p, args, workspace));
}
void backward_cuda_tiled(Context& context, const GramProblem& p, const GramBackwardArgs& args,
                         void*) {
  IMPASTO_ON_GPU(context, backward_tiled, launch_of(context, p, args));
}
void backward_cuda_mma(Context& context, const GramProblem& p, const GramBackwardArgs& args,
                       void*) {
  IMPASTO_ON_GPU(context, backward_mma, launch_of(context, p, args));
}

}  // namespace impasto::gram_kernels
