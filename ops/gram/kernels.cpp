// The tables of gram: best first, reference last.
#include "ops/gram/gram_kernels.h"

namespace impasto {
namespace {

using namespace gram_kernels;

std::int64_t forward_length(const GramProblem& problem) {
  return problem.m;
}

std::int64_t backward_length(const GramProblem& problem) {
  return problem.c;
}

const Kernel<GramProblem, GramForwardArgs> kForward[] = {
    {.info = {.id = "gram.fwd.cpu.reference",
              .idea = "three plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = forward_length,
     .run = forward_reference},
};

const Kernel<GramProblem, GramBackwardArgs> kBackward[] = {
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
