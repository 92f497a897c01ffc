// The host's side of the GPU kernels of mse.
#include "ops/mse/cuda_kernels.h"
#include "ops/mse/mse_kernels.h"
#include "ops/reduce/cuda_partials.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::mse_kernels {

std::size_t forward_cuda_workspace(const MseProblem&, int) {
  return kPartialsBytes;
}

void forward_cuda(Context& context, const MseProblem& problem, const MseForwardArgs& args,
                  void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const MseForwardLaunch<T> launch{gpu_data<T>(context, args.a),
                                     gpu_data<T>(context, args.b),
                                     gpu_data<T>(context, args.difference),
                                     gpu_data<double>(context, args.value),
                                     problem.count,
                                     problem.weight,
                                     static_cast<double*>(workspace)};
    IMPASTO_ON_GPU(context, forward<T>, launch);
  });
}

void backward_cuda(Context& context, const MseProblem& problem, const MseBackwardArgs& args,
                   void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const MseBackwardLaunch<T> launch{gpu_data<T>(context, args.difference),
                                      gpu_data<double>(context, args.upstream),
                                      gpu_data<T>(context, args.grad),
                                      problem.count,
                                      problem.weight * 2 / static_cast<double>(problem.count),
                                      args.accumulate};
    IMPASTO_ON_GPU(context, backward<T>, launch);
  });
}

}  // namespace impasto::mse_kernels
