// The tables of mse: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/mse/mse_kernels.h"

namespace impasto {
namespace mse_kernels {
namespace {

std::int64_t reduction_length(const MseProblem& problem) {
  return problem.count;
}

}  // namespace

const Kernel<MseProblem, MseForwardArgs> kForward[] = {
    {.info = {.id = "mse.fwd.cuda.ordered",
              .idea = "loss and difference in one pass, partial sums of blocks in order",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = forward_cuda_workspace,
     .reduction_length = reduction_length,
     .run = forward_cuda},
    {.info = {.id = "mse.fwd.cpu.vector",
              .idea = "loss and difference in one pass, chunks over the threads",
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = forward_vector_workspace,
     .reduction_length = reduction_length,
     .run = forward_vector},
    {.info = {.id = "mse.fwd.cpu.reference",
              .idea = "plain loop, sum in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = reduction_length,
     .run = forward_reference},
};

const Kernel<MseProblem, MseBackwardArgs> kBackward[] = {
    {.info = {.id = "mse.bwd.cuda.vector",
              .idea = "packs of four, upstream read in the kernel",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_cuda},
    {.info = {.id = "mse.bwd.cpu.vector",
              .idea = "vectorised loop, blocks over the threads",
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_vector},
    {.info = {.id = "mse.bwd.cpu.reference",
              .idea = "plain loop",
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_reference},
};

}  // namespace mse_kernels

KernelTable<MseProblem, MseForwardArgs> mse_forward_table() {
  return {"mse.fwd", mse_kernels::kForward};
}

KernelTable<MseProblem, MseBackwardArgs> mse_backward_table() {
  return {"mse.bwd", mse_kernels::kBackward};
}

}  // namespace impasto
