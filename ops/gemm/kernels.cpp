// The table of gemm: best first, reference last.
#include "ops/gemm/gemm_kernels.h"
#include "ops/gemm/gemm_library_kernels.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace gemm_kernels {
namespace {

std::int64_t reduction_length(const GemmProblem& problem) {
  return problem.k;
}

template <const gemm_tile::TileKernel& tile>
constexpr Kernel<GemmProblem, GemmArgs> tiled(std::string_view id, Features needs) {
  return {.info = {.id = id, .idea = "packed panels of B, C tile by tile", .needs = needs},
          .workspace_bytes = [](const GemmProblem& p, int) { return tiled_workspace(p, tile); },
          .reduction_length = reduction_length,
          .run = [](Context& context, const GemmProblem& problem, const GemmArgs& args,
                    void* workspace) { forward_tiled(context, problem, args, workspace, tile); }};
}

#if IMPASTO_CUDA
template <auto run>
constexpr Kernel<GemmProblem, GemmArgs> cublas(std::string_view id, double operand_eps) {
  return {.info = {.id = id,
                   .idea = "cuBLAS",
                   .backend = Backend::cuda_library,
                   .operand_eps = operand_eps,
                   .by_name = operand_eps != 0},
          .supports = supports_cublas,
          .reduction_length = reduction_length,
          .run = run};
}
#endif

}  // namespace

const Kernel<GemmProblem, GemmArgs> kForward[] = {
    {.info = {.id = "gemm.fwd.cuda.mma.tf32x3",
              .idea = "tiles through shared memory, three tf32 products for one of f32",
              .backend = Backend::gpu,
              .needs = Feature::sm80},
     .supports = supports_cuda,
     .reduction_length = reduction_length,
     .run = forward_cuda_mma},
    {.info = {.id = "gemm.fwd.cuda.tiled",
              .idea = "tiles through shared memory, f32 and f64",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = supports_cuda,
     .reduction_length = reduction_length,
     .run = forward_cuda_tiled},
#if IMPASTO_CUDA
    cublas<forward_cublas_f32>("gemm.fwd.cublas.f32", 0),
    cublas<forward_cublas_tf32>("gemm.fwd.cublas.tf32", 0x1p-11),
#endif
#if defined(__x86_64__)
    tiled<gemm_tile::avx512::kTile>("gemm.fwd.cpu.tiled.avx512", Feature::avx512),
    tiled<gemm_tile::avx2::kTile>("gemm.fwd.cpu.tiled.avx2", Feature::avx2),
#endif
    tiled<gemm_tile::generic::kTile>("gemm.fwd.cpu.tiled.generic", {}),
    {.info = {.id = "gemm.fwd.cpu.reference",
              .idea = "three plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = reduction_length,
     .run = forward_reference},
};

}  // namespace gemm_kernels

KernelTable<GemmProblem, GemmArgs> gemm_table() {
  return {"gemm.fwd", gemm_kernels::kForward};
}

}  // namespace impasto
