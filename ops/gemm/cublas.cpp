// cuBLAS's matrix product: what kernels of ours are measured against.
#include "ops/gemm/gemm_library_kernels.h"
#include "tensor/cuda/on_gpu.h"
#include "tensor/cuda/state.h"

namespace impasto::gemm_kernels {
namespace {

void forward(Context& context, const GemmProblem& p, const GemmArgs& args, CudaMath math) {
  context.cuda().libraries.cublas().multiply({.m = p.m,
                                              .n = p.n,
                                              .k = p.k,
                                              .a = gpu_data<float>(context, args.a),
                                              .b = gpu_data<float>(context, args.b),
                                              .c = gpu_data<float>(context, args.c),
                                              .transpose_a = p.params.transpose_a,
                                              .transpose_b = p.params.transpose_b,
                                              .alpha = static_cast<float>(p.params.alpha)},
                                             math);
}

}  // namespace

Support supports_cublas(const GemmProblem& p) {
  if (p.m <= 0 || p.n <= 0 || p.k <= 0) return Support::no("there is nothing to multiply");
  return Support::yes();
}

void forward_cublas_f32(Context& context, const GemmProblem& p, const GemmArgs& args, void*) {
  forward(context, p, args, CudaMath::f32);
}
void forward_cublas_tf32(Context& context, const GemmProblem& p, const GemmArgs& args, void*) {
  forward(context, p, args, CudaMath::tf32);
}

}  // namespace impasto::gemm_kernels
