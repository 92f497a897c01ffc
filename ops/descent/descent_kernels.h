// Kernels of descent, one declaration each; contracts are in descent.h.
#pragma once

#include "ops/descent/descent.h"

namespace impasto::descent_kernels {

void guard_reference(Context&, const GuardProblem&, const GuardArgs&, void*);
void lbfgs_reference(Context&, const LbfgsProblem&, const LbfgsArgs&, void*);
void adam_reference(Context&, const AdamPlanProblem&, const AdamPlanArgs&, void*);

// CUDA code.
void guard_cuda(Context&, const GuardProblem&, const GuardArgs&, void*);
void lbfgs_cuda(Context&, const LbfgsProblem&, const LbfgsArgs&, void* workspace);
std::size_t lbfgs_cuda_workspace(const LbfgsProblem&, int threads);
void adam_cuda(Context&, const AdamPlanProblem&, const AdamPlanArgs&, void*);

}  // namespace impasto::descent_kernels
