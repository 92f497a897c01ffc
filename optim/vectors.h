// The few vector operations of optimisers that write into an existing tensor.
#pragma once

#include "optim/optimizer.h"

namespace impasto {

// dst = alpha a; what dst held is not read.
void assign(Context& context, double alpha, const Tensor& a, Tensor& dst);

// dst = alpha a + beta b; dst may be a or b.
void assign(Context& context, double alpha, const Tensor& a, double beta, const Tensor& b,
            Tensor& dst);

// Makes `tensor` one of the shape and dtype of `like`, contents undefined, unless it is already.
void ensure_like(Context& context, const Tensor& like, Tensor& tensor);

// The objective at x; throws Error when the gradient does not fit x.
Evaluation evaluate(const Objective& objective, const Tensor& x);

// "" when loss and gradient are finite, otherwise what is not: "the loss is nan".
std::string describe_nonfinite(Context& context, const Evaluation& evaluation);

// Whether no element of the gradient is larger than the tolerance; if so, result says converged.
bool vanishes(Context& context, const Tensor& gradient, double tolerance, StepResult& result);

}  // namespace impasto
