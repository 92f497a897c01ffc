// The tables of gram: best first, reference last.
#include "ops/gram/gram_kernels.h"

namespace impasto {
namespace {

using namespace gram_kernels;
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
#if defined(__x86_64__)
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
#if defined(__x86_64__)
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

}  // namespace

KernelTable<GramProblem, GramForwardArgs> gram_forward_table() {
  return {"gram.fwd", kForward};
}

KernelTable<GramProblem, GramBackwardArgs> gram_backward_table() {
  return {"gram.bwd", kBackward};
}

}  // namespace impasto
