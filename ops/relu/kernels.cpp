// The tables of ReLU: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/relu/relu_kernels.h"

namespace impasto {
namespace relu_kernels {

const Kernel<ReluProblem, ReluForwardArgs> kForward[] = {
    {.info = {.id = "relu.fwd.cuda.vector",
              .idea = "packs of four, mask words joined by shuffles",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = forward_cuda},
    IMPASTO_KERNEL(forward_mask_lanes, Kernel<ReluProblem, ReluForwardArgs>),
    {.info = {.id = "relu.fwd.cpu.vector", .idea = "64 elements and one mask word at a time"},
     .run = forward_vector},
    {.info = {.id = "relu.fwd.cpu.reference",
              .idea = "plain loop",
              .dtypes = {DType::f32, DType::f64}},
     .run = forward_reference},
};

const Kernel<ReluProblem, ReluBackwardArgs> kBackward[] = {
    {.info = {.id = "relu.bwd.cuda.vector",
              .idea = "packs of four, eight threads a half word",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_cuda},
    IMPASTO_KERNEL(backward_mask_lanes, Kernel<ReluProblem, ReluBackwardArgs>),
    {.info = {.id = "relu.bwd.cpu.vector", .idea = "64 elements and one mask word at a time"},
     .run = backward_vector},
    {.info = {.id = "relu.bwd.cpu.reference",
              .idea = "plain loop",
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_reference},
};

}  // namespace relu_kernels

KernelTable<ReluProblem, ReluForwardArgs> relu_forward_table() {
  return {"relu.fwd", relu_kernels::kForward};
}

KernelTable<ReluProblem, ReluBackwardArgs> relu_backward_table() {
  return {"relu.bwd", relu_kernels::kBackward};
}

}  // namespace impasto
