// The table of gemm: best first, reference last.
#include "ops/gemm/gemm_kernels.h"

namespace impasto {
namespace {

using namespace gemm_kernels;

std::int64_t reduction_length(const GemmProblem& problem) {
  return problem.k;
}

const Kernel<GemmProblem, GemmArgs> kForward[] = {
    {.info = {.id = "gemm.fwd.cpu.reference",
              .idea = "three plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = reduction_length,
     .run = forward_reference},
};

}  // namespace

KernelTable<GemmProblem, GemmArgs> gemm_table() {
  return {"gemm.fwd", kForward};
}

}  // namespace impasto
