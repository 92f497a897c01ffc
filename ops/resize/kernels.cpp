// The tables of resampling: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/resize/resize_kernels.h"

namespace impasto {
namespace resize_kernels {
namespace {

struct Taps {
  std::int64_t rows, columns;
};

Taps forward_taps(const ResizeProblem& p) {
  return {taps(resize_weights(p.h, p.oh, p.mode)), taps(resize_weights(p.w, p.ow, p.mode))};
}

Taps backward_taps(const ResizeProblem& p) {
  return {taps(transposed(resize_weights(p.h, p.oh, p.mode), p.h)),
          taps(transposed(resize_weights(p.w, p.ow, p.mode), p.w))};
}

template <Taps (*count)(const ResizeProblem&)>
std::int64_t two_sums(const ResizeProblem& problem) {
  const Taps taps = count(problem);
  return taps.rows + taps.columns;
}

template <Taps (*count)(const ResizeProblem&)>
std::int64_t one_sum(const ResizeProblem& problem) {
  const Taps taps = count(problem);
  return taps.rows * taps.columns;
}

}  // namespace

const Kernel<ResizeProblem, ResizeArgs> kForward[] = {
    {.info = {.id = "resize.fwd.cuda.separable",
              .idea = "down the columns into a map between, then along its rows",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .workspace_bytes = forward_cuda_workspace,
     .reduction_length = two_sums<forward_taps>,
     .run = forward_cuda},
    {.info = {.id = "resize.fwd.cpu.separable",
              .idea = "per output row: down the columns into a buffer, then along it"},
     .workspace_bytes = forward_separable_workspace,
     .reduction_length = two_sums<forward_taps>,
     .run = forward_separable},
    {.info = {.id = "resize.fwd.cpu.reference",
              .idea = "both sums at every pixel",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = one_sum<forward_taps>,
     .run = forward_reference},
};

const Kernel<ResizeProblem, ResizeArgs> kBackward[] = {
    {.info = {.id = "resize.bwd.cuda.separable",
              .idea = "the forward kernel with both matrices transposed",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .workspace_bytes = backward_cuda_workspace,
     .reduction_length = two_sums<backward_taps>,
     .run = backward_cuda},
    {.info = {.id = "resize.bwd.cpu.separable",
              .idea = "the forward kernel with both matrices transposed"},
     .workspace_bytes = backward_separable_workspace,
     .reduction_length = two_sums<backward_taps>,
     .run = backward_separable},
    {.info = {.id = "resize.bwd.cpu.reference",
              .idea = "every pixel spreads its gradient",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = one_sum<backward_taps>,
     .run = backward_reference},
};

}  // namespace resize_kernels

KernelTable<ResizeProblem, ResizeArgs> resize_forward_table() {
  return {"resize.fwd", resize_kernels::kForward};
}

KernelTable<ResizeProblem, ResizeArgs> resize_backward_table() {
  return {"resize.bwd", resize_kernels::kBackward};
}

}  // namespace impasto
