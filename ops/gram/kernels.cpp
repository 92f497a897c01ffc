// The tables of gram: best first, reference last.
#include <type_traits>

#include "ops/gram/gram_kernels.h"
#include "ops/gram/gram_library_kernels.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace gram_kernels {
namespace {

using gemm_tile::TileKernel;

std::int64_t forward_length(const GramProblem& problem) {
  return problem.m;
}

std::int64_t backward_length(const GramProblem& problem) {
  return problem.c;
}

template <const TileKernel& tile>
constexpr Kernel<GramProblem, GramForwardArgs> tiled_forward(std::string_view id, Features needs) {
  return {.info = {.id = id, .idea = "upper tiles only, partial sums of slices", .needs = needs},
          .workspace_bytes = [](const GramProblem& p,
                                int threads) { return forward_tiled_workspace(p, threads, tile); },
          .reduction_length = forward_length,
          .run = [](Context& context, const GramProblem& problem, const GramForwardArgs& args,
                    void* workspace) { forward_tiled(context, problem, args, workspace, tile); }};
}

template <const TileKernel& tile>
constexpr Kernel<GramProblem, GramBackwardArgs> tiled_backward(std::string_view id,
                                                               Features needs) {
  return {.info = {.id = id, .idea = "one product with packed dG + dG^T", .needs = needs},
          .workspace_bytes = [](const GramProblem& p,
                                int) { return backward_tiled_workspace(p, tile); },
          .reduction_length = backward_length,
          .run = [](Context& context, const GramProblem& problem, const GramBackwardArgs& args,
                    void* workspace) { backward_tiled(context, problem, args, workspace, tile); }};
}

#if IMPASTO_CUDA
template <auto run, class Args>
constexpr Kernel<GramProblem, Args> cublas(std::string_view id, double operand_eps) {
  const bool forward = std::is_same_v<Args, GramForwardArgs>;
  return {.info = {.id = id,
                   .idea = "cuBLAS, the whole product, made symmetric",
                   .backend = Backend::cuda_library,
                   .operand_eps = operand_eps,
                   .by_name = operand_eps != 0},
          .supports = supports_cublas,
          .workspace_bytes = cublas_workspace,
          .reduction_length = forward ? forward_length : backward_length,
          .run = run};
}
#endif

}  // namespace

const Kernel<GramProblem, GramForwardArgs> kForward[] = {
    {.info = {.id = "gram.fwd.cuda.mma.tf32x3",
              .idea = "upper tiles only, slices of pixels, three tf32 products for one of f32",
              .backend = Backend::gpu,
              .needs = Feature::sm80},
     .supports = supports_cuda,
     .workspace_bytes = forward_cuda_workspace,
     .reduction_length = forward_length,
     .run = forward_cuda_mma},
    {.info = {.id = "gram.fwd.cuda.tiled",
              .idea = "upper tiles only, slices of pixels, through shared memory",
              .backend = Backend::gpu},
     .supports = supports_cuda,
     .workspace_bytes = forward_cuda_workspace,
     .reduction_length = forward_length,
     .run = forward_cuda_tiled},
#if IMPASTO_CUDA
    cublas<forward_cublas_f32, GramForwardArgs>("gram.fwd.cublas.f32", 0),
    cublas<forward_cublas_tf32, GramForwardArgs>("gram.fwd.cublas.tf32", 0x1p-11),
#endif
#if defined(__x86_64__)
    {.info = {.id = "gram.fwd.cpu.int16.avx512vnni",
              .idea = "products of scaled 16-bit integers, upper tiles only",
              .needs = Features(Feature::avx512) | Feature::avx512vnni,
              .exact = false,
              .operand_eps = 0x1p-16},
     .supports = supports_forward_int16,
     .workspace_bytes = forward_int16_workspace,
     .reduction_length = forward_length,
     .run = forward_int16},
    tiled_forward<gemm_tile::avx512::kTile>("gram.fwd.cpu.tiled.avx512", Feature::avx512),
    tiled_forward<gemm_tile::avx2::kTile>("gram.fwd.cpu.tiled.avx2", Feature::avx2),
#endif
    tiled_forward<gemm_tile::generic::kTile>("gram.fwd.cpu.tiled.generic", {}),
    {.info = {.id = "gram.fwd.cpu.reference",
              .idea = "three plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = forward_length,
     .run = forward_reference},
};

const Kernel<GramProblem, GramBackwardArgs> kBackward[] = {
    {.info = {.id = "gram.bwd.cuda.mma.tf32x3",
              .idea = "dG + dG^T formed on the way in, three tf32 products for one of f32",
              .backend = Backend::gpu,
              .needs = Feature::sm80},
     .supports = supports_cuda,
     .reduction_length = backward_length,
     .run = backward_cuda_mma},
    {.info = {.id = "gram.bwd.cuda.tiled",
              .idea = "dG + dG^T formed on the way into shared memory",
              .backend = Backend::gpu},
     .supports = supports_cuda,
     .reduction_length = backward_length,
     .run = backward_cuda_tiled},
#if IMPASTO_CUDA
    cublas<backward_cublas_f32, GramBackwardArgs>("gram.bwd.cublas.f32", 0),
    cublas<backward_cublas_tf32, GramBackwardArgs>("gram.bwd.cublas.tf32", 0x1p-11),
#endif
#if defined(__x86_64__)
    {.info = {.id = "gram.bwd.cpu.int16.avx512vnni",
              .idea = "products of scaled 16-bit integers",
              .needs = Features(Feature::avx512) | Feature::avx512vnni,
              .exact = false,
              .operand_eps = 0x1p-11},
     .supports = supports_backward_int16,
     .workspace_bytes = backward_int16_workspace,
     .reduction_length = backward_length,
     .run = backward_int16},
    tiled_backward<gemm_tile::avx512::kTile>("gram.bwd.cpu.tiled.avx512", Feature::avx512),
    tiled_backward<gemm_tile::avx2::kTile>("gram.bwd.cpu.tiled.avx2", Feature::avx2),
#endif
    tiled_backward<gemm_tile::generic::kTile>("gram.bwd.cpu.tiled.generic", {}),
    {.info = {.id = "gram.bwd.cpu.reference",
              .idea = "three plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_length,
     .run = backward_reference},
};

}  // namespace gram_kernels

KernelTable<GramProblem, GramForwardArgs> gram_forward_table() {
  return {"gram.fwd", gram_kernels::kForward};
}

KernelTable<GramProblem, GramBackwardArgs> gram_backward_table() {
  return {"gram.bwd", gram_kernels::kBackward};
}

}  // namespace impasto
