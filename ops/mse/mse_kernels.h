// Kernels of mse, one declaration each; contracts are in mse.h.
#pragma once

#include "ops/mse/mse.h"

namespace impasto::mse_kernels {

void forward_reference(Context&, const MseProblem&, const MseForwardArgs&, void*);
void backward_reference(Context&, const MseProblem&, const MseBackwardArgs&, void*);

void forward_vector(Context&, const MseProblem&, const MseForwardArgs&, void* workspace);
std::size_t forward_vector_workspace(const MseProblem&, int threads);
void backward_vector(Context&, const MseProblem&, const MseBackwardArgs&, void*);

std::size_t forward_cuda_workspace(const MseProblem&, int threads);
void forward_cuda(Context&, const MseProblem&, const MseForwardArgs&, void* workspace);
void backward_cuda(Context&, const MseProblem&, const MseBackwardArgs&, void*);

}  // namespace impasto::mse_kernels
