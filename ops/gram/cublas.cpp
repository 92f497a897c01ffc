// Gram products by cuBLAS: what kernels of ours are measured against.
//
// Forward is the whole product F^T F, and not the symmetric half of it (syrk): the pixels are many
// and the channels few, which the general product divides over the device. Its two halves need not
// be the same bits, so G is the mean of the product and its transpose; that costs c x c.
#include "ops/gram/gram_library_kernels.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"
#include "tensor/cuda/state.h"

namespace impasto::gram_kernels {
namespace {

void forward(Context& context, const GramProblem& p, const GramForwardArgs& args, void* workspace,
             CudaMath math) {
  CublasHandle& cublas = context.cuda().libraries.cublas();
  auto* product = static_cast<float*>(workspace);
  const auto* features = gpu_data<float>(context, args.features);
  cublas.multiply({.m = p.c,
                   .n = p.c,
                   .k = p.m,
                   .count = p.n,
                   .a = features,
                   .b = features,
                   .c = product,
                   .transpose_a = true,
                   .alpha = static_cast<float>(p.scale)},
                  math);
  cublas.symmetrize(product, gpu_data<float>(context, args.gram), p.c, p.n, 0.5F);
}

void backward(Context& context, const GramProblem& p, const GramBackwardArgs& args, void* workspace,
              CudaMath math) {
  CublasHandle& cublas = context.cuda().libraries.cublas();
  auto* both = static_cast<float*>(workspace);
  cublas.symmetrize(gpu_data<float>(context, args.grad_gram), both, p.c, p.n, 1.0F);
  cublas.multiply({.m = p.m,
                   .n = p.c,
                   .k = p.c,
                   .count = p.n,
                   .a = gpu_data<float>(context, args.features),
                   .b = both,
                   .c = gpu_data<float>(context, args.grad_features),
                   .alpha = static_cast<float>(p.scale),
                   .beta = args.accumulate ? 1.0F : 0.0F},
                  math);
}

}  // namespace

Support supports_cublas(const GramProblem& p) {
  if (p.n <= 0 || p.m <= 0 || p.c <= 0) return Support::no("there is nothing to compute");
  return Support::yes();
}

std::size_t cublas_workspace(const GramProblem& p, int) {
  return static_cast<std::size_t>(
      checked_mul(checked_mul(p.n, p.c), checked_mul(p.c, std::int64_t{sizeof(float)})));
}

void forward_cublas_f32(Context& context, const GramProblem& p, const GramForwardArgs& args,
                        void* workspace) {
  forward(context, p, args, workspace, CudaMath::f32);
}
void forward_cublas_tf32(Context& context, const GramProblem& p, const GramForwardArgs& args,
                         void* workspace) {
  forward(context, p, args, workspace, CudaMath::tf32);
}
void backward_cublas_f32(Context& context, const GramProblem& p, const GramBackwardArgs& args,
                         void* workspace) {
  backward(context, p, args, workspace, CudaMath::f32);
}
void backward_cublas_tf32(Context& context, const GramProblem& p, const GramBackwardArgs& args,
                          void* workspace) {
  backward(context, p, args, workspace, CudaMath::tf32);
}

}  // namespace impasto::gram_kernels
