// Kernels of basis, one declaration each; contracts are in basis.h.
#pragma once

#include "ops/basis/basis.h"
#include "ops/basis/basis_lanes.h"

namespace impasto::basis_kernels {

void dot_reference(Context&, const BasisProblem&, const InnerProductsArgs&, void*);
void combine_reference(Context&, const BasisProblem&, const CombineArgs&, void*);

void dot_blocked(Context&, const BasisProblem&, const InnerProductsArgs&, void* workspace,
                 const Lanes&);
std::size_t dot_blocked_workspace(const BasisProblem&, int threads);
void combine_blocked(Context&, const BasisProblem&, const CombineArgs&, void* workspace,
                     const Lanes&);
std::size_t combine_blocked_workspace(const BasisProblem&, int threads);

// CUDA code.
void dot_cuda(Context&, const BasisProblem&, const InnerProductsArgs&, void* workspace);
std::size_t dot_cuda_workspace(const BasisProblem&, int threads);
void combine_cuda(Context&, const BasisProblem&, const CombineArgs&, void* workspace);
std::size_t combine_cuda_workspace(const BasisProblem&, int threads);

}  // namespace impasto::basis_kernels
