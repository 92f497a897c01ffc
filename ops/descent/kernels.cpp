// The tables of descent: best first, reference last.
#include "ops/descent/descent_kernels.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace descent_kernels {

const Kernel<GuardProblem, GuardArgs> kGuard[] = {
    {.info = {.id = "descent.guard.cuda.thread",
              .idea = "the rules in one thread",
              .backend = Backend::gpu,
              .dtypes = {DType::f64}},
     .run = guard_cuda},
    {.info = {.id = "descent.guard.cpu.reference", .idea = "the rules", .dtypes = {DType::f64}},
     .run = guard_reference},
};

const Kernel<LbfgsProblem, LbfgsArgs> kLbfgs[] = {
    {.info = {.id = "descent.lbfgs.cuda.block",
              .idea = "two triangular solves by one block, a barrier a pair",
              .backend = Backend::gpu,
              .dtypes = {DType::f64}},
     .workspace_bytes = lbfgs_cuda_workspace,
     .reduction_length = [](const LbfgsProblem& problem) { return 4 * problem.capacity; },
     .run = lbfgs_cuda},
    {.info = {.id = "descent.lbfgs.cpu.reference",
              .idea = "the two loops on coefficients",
              .dtypes = {DType::f64}},
     .reduction_length = [](const LbfgsProblem& problem) { return 4 * problem.capacity; },
     .run = lbfgs_reference},
};

const Kernel<AdamPlanProblem, AdamPlanArgs> kAdam[] = {
    {.info = {.id = "descent.adam.cuda.thread",
              .idea = "the corrections in one thread",
              .backend = Backend::gpu,
              .dtypes = {DType::f64}},
     .run = adam_cuda},
    {.info = {.id = "descent.adam.cpu.reference",
              .idea = "the corrections",
              .dtypes = {DType::f64}},
     .run = adam_reference},
};

}  // namespace descent_kernels

KernelTable<GuardProblem, GuardArgs> guard_table() {
  return {"descent.guard", descent_kernels::kGuard};
}
KernelTable<LbfgsProblem, LbfgsArgs> lbfgs_table() {
  return {"descent.lbfgs", descent_kernels::kLbfgs};
}
KernelTable<AdamPlanProblem, AdamPlanArgs> adam_plan_table() {
  return {"descent.adam", descent_kernels::kAdam};
}

}  // namespace impasto
