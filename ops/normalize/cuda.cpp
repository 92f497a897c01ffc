// The host's side of the GPU kernels of instance normalisation.
#include "ops/normalize/cuda_kernels.h"
#include "ops/normalize/normalize_kernels.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::normalize_kernels {
namespace {

ColumnShape shape_of(const InstanceNormProblem& p) {
  return {p.n, p.m, p.c};
}

// Of the partial sums, in whole cache lines: what follows is read in packs.
std::size_t partials_bytes(const InstanceNormProblem& p, std::int64_t sums) {
  return (column_partials_bytes(shape_of(p), sums) + 63) / 64 * 64;
}

template <class T>
T* behind(void* workspace, std::size_t bytes) {
  return static_cast<T*>(static_cast<void*>(static_cast<char*>(workspace) + bytes));
}

}  // namespace

Support fits_cuda(const InstanceNormProblem& p) {
  if (p.n > 65535) return Support::no("more than 65535 pictures, which a grid has no room for");
  if (p.m * (p.c % 4 == 0 ? p.c / 4 : p.c) <= INT32_MAX) return Support::yes();
  return Support::no(
      "2^31 elements a picture or more, or packs of four channels; indices are of "
      "32 bits");
}

std::size_t forward_cuda_workspace(const InstanceNormProblem& p, int) {
  return partials_bytes(p, 1) + static_cast<std::size_t>(p.n * p.c) * sizeof(double);
}

std::size_t backward_cuda_workspace(const InstanceNormProblem& p, int) {
  return partials_bytes(p, 2) + static_cast<std::size_t>(2 * p.n * p.c) * sizeof(double);
}

void forward_cuda(Context& context, const InstanceNormProblem& p,
                  const InstanceNormForwardArgs& args, void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const NormForwardLaunch<T> launch{gpu_data<T>(context, args.src),
                                      gpu_data<T>(context, args.gamma),
                                      gpu_data<T>(context, args.beta),
                                      gpu_data<T>(context, args.dst),
                                      gpu_data<T>(context, args.mean),
                                      gpu_data<T>(context, args.rstd),
                                      shape_of(p),
                                      p.epsilon,
                                      static_cast<double*>(workspace),
                                      behind<double>(workspace, partials_bytes(p, 1))};
    IMPASTO_ON_GPU(context, forward<T>, launch);
  });
}

void backward_cuda(Context& context, const InstanceNormProblem& p,
                   const InstanceNormBackwardArgs& args, void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const NormBackwardLaunch<T> launch{gpu_data<T>(context, args.src),
                                       gpu_data<T>(context, args.grad_dst),
                                       gpu_data<T>(context, args.gamma),
                                       gpu_data<T>(context, args.mean),
                                       gpu_data<T>(context, args.rstd),
                                       gpu_data<T>(context, args.grad_src),
                                       gpu_data<T>(context, args.grad_gamma),
                                       gpu_data<T>(context, args.grad_beta),
                                       shape_of(p),
                                       static_cast<double*>(workspace),
                                       behind<T>(workspace, partials_bytes(p, 2))};
    IMPASTO_ON_GPU(context, backward<T>, launch);
  });
}

}  // namespace impasto::normalize_kernels
