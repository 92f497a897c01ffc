// The host's side of the GPU kernels of total variation.
#include <cstdint>

#include "ops/reduce/cuda_partials.h"
#include "ops/reference.h"
#include "ops/total_variation/cuda_kernels.h"
#include "ops/total_variation/total_variation_kernels.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::total_variation_kernels {
namespace {

PictureRows rows_of(const TotalVariationProblem& p) {
  return {p.n * p.h, p.h, static_cast<int>(p.w * p.c), static_cast<int>(p.c)};
}

}  // namespace

Support fits_cuda(const TotalVariationProblem& p) {
  if (p.w * p.c <= INT32_MAX / 2) return Support::yes();
  return Support::no("a row of the picture has 2^30 elements or more");
}

std::size_t forward_cuda_workspace(const TotalVariationProblem&, int) {
  return kPartialsBytes;
}

void forward_cuda(Context& context, const TotalVariationProblem& p,
                  const TotalVariationForwardArgs& args, void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const VariationForwardLaunch<T> launch{gpu_data<T>(context, args.x),
                                           gpu_data<double>(context, args.value),
                                           rows_of(p),
                                           p.kind == VariationKind::squared,
                                           p.weight,
                                           static_cast<double*>(workspace)};
    IMPASTO_ON_GPU(context, forward<T>, launch);
  });
}

void backward_cuda(Context& context, const TotalVariationProblem& p,
                   const TotalVariationBackwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const double elements = static_cast<double>(p.n * p.h * p.w * p.c);
    const VariationBackwardLaunch<T> launch{
        gpu_data<T>(context, args.x),      gpu_data<double>(context, args.upstream),
        gpu_data<T>(context, args.grad_x), rows_of(p),
        p.kind == VariationKind::squared,  p.weight / elements};
    IMPASTO_ON_GPU(context, backward<T>, launch);
  });
}

}  // namespace impasto::total_variation_kernels
