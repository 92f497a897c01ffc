// The host side of gemm's CUDA kernels.
#include "ops/gemm/cuda_kernels.h"
#include "ops/gemm/gemm_kernels.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::gemm_kernels {
namespace {

constexpr std::int64_t kMaxBlocks = 65535;  // of a grid's second axis

template <class T>
GemmLaunch<T> launch_of(const Context& context, const GemmProblem& p, const GemmArgs& args) {
  const bool ta = p.params.transpose_a, tb = p.params.transpose_b;
  GemmLaunch<T> launch;
  launch.m = p.m, launch.n = p.n, launch.k = p.k;
  launch.a = gpu_data<T>(context, args.a);
  launch.a_row = ta ? 1 : p.k, launch.a_step = ta ? p.m : 1;
  launch.b = gpu_data<T>(context, args.b);
  launch.b_step = tb ? 1 : p.n, launch.b_col = tb ? p.k : 1;
  launch.c = gpu_data<T>(context, args.c);
  launch.alpha = static_cast<T>(p.params.alpha);
  return launch;
}

}  // namespace

Support supports_cuda(const GemmProblem& p) {
  if (p.m <= 0 || p.n <= 0) return Support::no("there is nothing to compute");
  if (p.m > kMaxBlocks * 64) return Support::no("A has more rows than a grid has tiles");
  return Support::yes();
}

void forward_cuda_tiled(Context& context, const GemmProblem& p, const GemmArgs& args, void*) {
  if (p.dtype == DType::f64) {
    IMPASTO_ON_GPU(context, tiled_f64, launch_of<double>(context, p, args));
  } else {
    IMPASTO_ON_GPU(context, tiled, launch_of<float>(context, p, args));
  }
}

void forward_cuda_mma(Context& context, const GemmProblem& p, const GemmArgs& args, void*) {
  IMPASTO_ON_GPU(context, mma_tf32x3, launch_of<float>(context, p, args));
}

}  // namespace impasto::gemm_kernels
