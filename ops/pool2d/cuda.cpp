// The host's side of the GPU kernels of 2x2 pooling.
#include "ops/pool2d/cuda_kernels.h"
#include "ops/pool2d/pool2d_kernels.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::pool2d_kernels {
namespace {

PoolShape shape_of(const Pool2dProblem& p) {
  return {p.n, p.h, p.w, p.c, p.kind == PoolKind::max};
}

}  // namespace

Support fits_cuda(const Pool2dProblem& p) {
  const std::int64_t unit = p.c % 4 == 0 ? 4 : 1;
  if (p.n * ((p.h + 1) / 2) * ((p.w + 1) / 2) * (p.c / unit) < INT32_MAX - 32)
    return Support::yes();
  return Support::no("2^31 windows or more, indices are of 32 bits");
}

void forward_cuda(Context& context, const Pool2dProblem& p, const Pool2dForwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    void* codes = args.codes == nullptr || p.kind != PoolKind::max
                      ? nullptr
                      : gpu_data<std::uint64_t>(context, *args.codes);
    const PoolForwardLaunch<T> launch{gpu_data<T>(context, args.src),
                                      gpu_data<T>(context, args.dst),
                                      static_cast<std::uint8_t*>(codes), shape_of(p)};
    IMPASTO_ON_GPU(context, forward<T>, launch);
  });
}

void backward_cuda(Context& context, const Pool2dProblem& p, const Pool2dBackwardArgs& args,
                   void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const void* codes = gpu_data<std::uint64_t>(context, args.codes);
    const PoolBackwardLaunch<T> launch{gpu_data<T>(context, args.grad_dst),
                                       static_cast<const std::uint8_t*>(codes),
                                       gpu_data<T>(context, args.grad_src), shape_of(p)};
    IMPASTO_ON_GPU(context, backward<T>, launch);
  });
}

}  // namespace impasto::pool2d_kernels
