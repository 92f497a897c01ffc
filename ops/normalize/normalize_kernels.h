// Kernels of instance normalisation, one declaration each; contracts are in normalize.h.
#pragma once

#include "ops/normalize/normalize.h"

namespace impasto::normalize_kernels {

void forward_reference(Context&, const InstanceNormProblem&, const InstanceNormForwardArgs&, void*);
void backward_reference(Context&, const InstanceNormProblem&, const InstanceNormBackwardArgs&,
                        void*);

std::size_t forward_vector_workspace(const InstanceNormProblem&, int threads);
std::size_t backward_vector_workspace(const InstanceNormProblem&, int threads);
void forward_vector(Context&, const InstanceNormProblem&, const InstanceNormForwardArgs&, void*);
void backward_vector(Context&, const InstanceNormProblem&, const InstanceNormBackwardArgs&, void*);

Support fits_cuda(const InstanceNormProblem&);
std::size_t forward_cuda_workspace(const InstanceNormProblem&, int threads);
std::size_t backward_cuda_workspace(const InstanceNormProblem&, int threads);
void forward_cuda(Context&, const InstanceNormProblem&, const InstanceNormForwardArgs&, void*);
void backward_cuda(Context&, const InstanceNormProblem&, const InstanceNormBackwardArgs&, void*);

}  // namespace impasto::normalize_kernels
