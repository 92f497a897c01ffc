// Kernels of ReLU, one declaration each; contracts are in relu.h.
#pragma once

#include "ops/relu/relu.h"

namespace impasto::relu_kernels {

void forward_reference(Context&, const ReluProblem&, const ReluForwardArgs&, void*);
void backward_reference(Context&, const ReluProblem&, const ReluBackwardArgs&, void*);

void forward_vector(Context&, const ReluProblem&, const ReluForwardArgs&, void*);
void backward_vector(Context&, const ReluProblem&, const ReluBackwardArgs&, void*);

void forward_cuda(Context&, const ReluProblem&, const ReluForwardArgs&, void*);
void backward_cuda(Context&, const ReluProblem&, const ReluBackwardArgs&, void*);

}  // namespace impasto::relu_kernels
