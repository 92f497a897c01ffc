// The host's side of the GPU kernels of ReLU.
#include "ops/reference.h"
#include "ops/relu/cuda_kernels.h"
#include "ops/relu/relu_kernels.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::relu_kernels {

void forward_cuda(Context& context, const ReluProblem& problem, const ReluForwardArgs& args,
                  void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    void* mask = args.mask == nullptr ? nullptr : gpu_data<std::uint64_t>(context, *args.mask);
    const ReluForwardLaunch<T> launch{gpu_data<T>(context, args.src),
                                      gpu_data<T>(context, args.dst),
                                      static_cast<std::uint32_t*>(mask), problem.count};
    IMPASTO_ON_GPU(context, forward<T>, launch);
  });
}

void backward_cuda(Context& context, const ReluProblem& problem, const ReluBackwardArgs& args,
                   void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const void* mask = gpu_data<std::uint64_t>(context, args.mask);
    const ReluBackwardLaunch<T> launch{gpu_data<T>(context, args.grad_dst),
                                       static_cast<const std::uint32_t*>(mask),
                                       gpu_data<T>(context, args.grad_src), problem.count};
    IMPASTO_ON_GPU(context, backward<T>, launch);
  });
}

}  // namespace impasto::relu_kernels
