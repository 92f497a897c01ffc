// The tables of 2x2 pooling: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/pool2d/pool2d_kernels.h"
#include "ops/pool2d/pool2d_library_kernels.h"

namespace impasto {
namespace pool2d_kernels {
namespace {

// Four terms an average; the maximum and both backward passes only select or scale.
std::int64_t additions(const Pool2dProblem& problem) {
  return problem.kind == PoolKind::average ? 4 : 1;
}

}  // namespace

const Kernel<Pool2dProblem, Pool2dForwardArgs> kForward[] = {
    {.info = {.id = "pool2d.fwd.cuda.vector",
              .idea = "four outputs a thread, which are a byte of codes",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .reduction_length = additions,
     .run = forward_cuda},
#if IMPASTO_CUDNN
    {.info = {.id = "pool2d.fwd.cudnn.average", .idea = "cuDNN", .backend = Backend::cuda_library},
     .supports = supports_forward_cudnn,
     .reduction_length = additions,
     .run = forward_cudnn},
#endif
    {.info = {.id = "pool2d.fwd.cpu.vector", .idea = "runs of channels; codes packed by tile"},
     .reduction_length = additions,
     .run = forward_vector},
    {.info = {.id = "pool2d.fwd.cpu.reference",
              .idea = "plain loops",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = additions,
     .run = forward_reference},
};

const Kernel<Pool2dProblem, Pool2dBackwardArgs> kBackward[] = {
    {.info = {.id = "pool2d.bwd.cuda.vector",
              .idea = "four channels a thread, all four taps of a window",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .run = backward_cuda},
#if IMPASTO_CUDNN
    {.info = {.id = "pool2d.bwd.cudnn.average", .idea = "cuDNN", .backend = Backend::cuda_library},
     .supports = supports_backward_cudnn,
     .run = backward_cudnn},
#endif
    {.info = {.id = "pool2d.bwd.cpu.vector", .idea = "runs of channels; codes unpacked by tile"},
     .run = backward_vector},
    {.info = {.id = "pool2d.bwd.cpu.reference",
              .idea = "plain loops",
              .dtypes = {DType::f32, DType::f64}},
     .run = backward_reference},
};

}  // namespace pool2d_kernels

KernelTable<Pool2dProblem, Pool2dForwardArgs> pool2d_forward_table() {
  return {"pool2d.fwd", pool2d_kernels::kForward};
}

KernelTable<Pool2dProblem, Pool2dBackwardArgs> pool2d_backward_table() {
  return {"pool2d.bwd", pool2d_kernels::kBackward};
}

}  // namespace impasto
