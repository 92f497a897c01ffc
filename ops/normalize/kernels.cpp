// The tables of instance normalisation: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/normalize/normalize_kernels.h"

namespace impasto {
namespace normalize_kernels {

const Kernel<InstanceNormProblem, InstanceNormForwardArgs> kForward[] = {
    {.info = {.id = "instance_norm.fwd.cuda.columns",
              .idea = "sums down the columns in double, three passes",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .workspace_bytes = forward_cuda_workspace,
     .run = forward_cuda},
    {.info = {.id = "instance_norm.fwd.cpu.vector",
              .idea = "blocks of pixels, sums in double, three passes"},
     .workspace_bytes = forward_vector_workspace,
     .run = forward_vector},
    {.info = {.id = "instance_norm.fwd.cpu.reference",
              .idea = "plain loops",
              .dtypes = {DType::f32, DType::f64}},
     .run = forward_reference},
};

const Kernel<InstanceNormProblem, InstanceNormBackwardArgs> kBackward[] = {
    {.info = {.id = "instance_norm.bwd.cuda.columns",
              .idea = "sums down the columns in double, two passes",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .workspace_bytes = backward_cuda_workspace,
     .run = backward_cuda},
    {.info = {.id = "instance_norm.bwd.cpu.vector",
              .idea = "blocks of pixels, sums in double, two passes"},
     .workspace_bytes = backward_vector_workspace,
     .run = backward_vector},
    {.info = {.id = "instance_norm.bwd.cpu.reference",
              .idea = "plain loops",
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_reference},
};

}  // namespace normalize_kernels

KernelTable<InstanceNormProblem, InstanceNormForwardArgs> instance_norm_forward_table() {
  return {"instance_norm.fwd", normalize_kernels::kForward};
}

KernelTable<InstanceNormProblem, InstanceNormBackwardArgs> instance_norm_backward_table() {
  return {"instance_norm.bwd", normalize_kernels::kBackward};
}

}  // namespace impasto
