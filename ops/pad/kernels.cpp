// The tables of pad: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/pad/pad_kernels.h"

namespace impasto {
namespace pad_kernels {
namespace {

// Replication piles a whole border on one pixel, in both directions.
std::int64_t backward_length(const PadProblem& problem) {
  const PadParams& p = problem.params;
  return (1 + p.top + p.bottom) * (1 + p.left + p.right);
}

}  // namespace

const Kernel<PadProblem, PadArgs> kForward[] = {
    {.info = {.id = "pad.fwd.cuda.gather",
              .idea = "each element looks up what it shows",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .run = forward_cuda},
    {.info = {.id = "pad.fwd.cpu.rows", .idea = "one copy a row, its ends pixel by pixel"},
     .run = forward_rows},
    {.info = {.id = "pad.fwd.cpu.reference",
              .idea = "plain loops",
              .dtypes = {DType::f32, DType::f64}},
     .run = forward_reference},
};

const Kernel<PadProblem, PadArgs> kBackward[] = {
    {.info = {.id = "pad.bwd.cuda.gather",
              .idea = "each pixel adds up where it was shown",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = fits_cuda,
     .reduction_length = backward_length,
     .run = backward_cuda},
    {.info = {.id = "pad.bwd.cpu.rows", .idea = "each row gathers the rows that showed it"},
     .reduction_length = backward_length,
     .run = backward_rows},
    {.info = {.id = "pad.bwd.cpu.reference",
              .idea = "plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_length,
     .run = backward_reference},
};

}  // namespace pad_kernels

KernelTable<PadProblem, PadArgs> pad_forward_table() {
  return {"pad.fwd", pad_kernels::kForward};
}

KernelTable<PadProblem, PadArgs> pad_backward_table() {
  return {"pad.bwd", pad_kernels::kBackward};
}

}  // namespace impasto
