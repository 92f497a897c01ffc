// Kernels of basis, one declaration each; contracts are in basis.h.
#pragma once

#include "ops/basis/basis.h"
#include "ops/basis/basis_lanes.h"

namespace impasto::basis_kernels {

void dot_reference(Context&, const BasisProblem&, const InnerProductsArgs&, void*);
void combine_reference(Context&, const BasisProblem&, const CombineArgs&, void*);
void store_reference(Context&, const BasisProblem&, const StoreArgs&, void*);

// The slot that a store writes to, undefined when it writes to none; throws Error when there is no
// such slot. Of the processor's kernels.
Tensor slot_of(const StoreArgs&);
void store_copy(Context&, const BasisProblem&, const StoreArgs&, void*);

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
void store_cuda(Context&, const BasisProblem&, const StoreArgs&, void*);

}  // namespace impasto::basis_kernels
