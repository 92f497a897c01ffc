// The tables of total variation: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/total_variation/total_variation_kernels.h"

namespace impasto {
namespace total_variation_kernels {
namespace {

std::int64_t forward_length(const TotalVariationProblem& problem) {
  return 2 * problem.n * problem.h * problem.w * problem.c;
}

std::int64_t backward_length(const TotalVariationProblem&) {
  return 4;
}

}  // namespace

const Kernel<TotalVariationProblem, TotalVariationForwardArgs> kForward[] = {
    {.info = {.id = "total_variation.fwd.cuda.rows",
              .idea = "a row a block, partial sums of blocks in order",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .workspace_bytes = forward_cuda_workspace,
     .reduction_length = forward_length,
     .run = forward_cuda},
    {.info = {.id = "total_variation.fwd.cpu.rows",
              .idea = "each row against itself shifted and the next, eight lanes in double",
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = forward_rows_workspace,
     .reduction_length = forward_length,
     .run = forward_rows},
    {.info = {.id = "total_variation.fwd.cpu.reference",
              .idea = "pair by pair, sum in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = forward_length,
     .run = forward_reference},
};

const Kernel<TotalVariationProblem, TotalVariationBackwardArgs> kBackward[] = {
    {.info = {.id = "total_variation.bwd.cuda.rows",
              .idea = "a row a block, each element gathers four slopes",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .reduction_length = backward_length,
     .run = backward_cuda},
    {.info = {.id = "total_variation.bwd.cpu.rows",
              .idea = "each row gathers the slopes towards its four neighbours",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_length,
     .run = backward_rows},
    {.info = {.id = "total_variation.bwd.cpu.reference",
              .idea = "each pair adds to both its elements, in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_length,
     .run = backward_reference},
};

}  // namespace total_variation_kernels

KernelTable<TotalVariationProblem, TotalVariationForwardArgs> total_variation_forward_table() {
  return {"total_variation.fwd", total_variation_kernels::kForward};
}

KernelTable<TotalVariationProblem, TotalVariationBackwardArgs> total_variation_backward_table() {
  return {"total_variation.bwd", total_variation_kernels::kBackward};
}

}  // namespace impasto
