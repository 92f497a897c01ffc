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

// Why an evaluation is not finite, or a gradient vanishes, in one line.
std::string describe_nonfinite_loss(double loss);
std::string describe_nonfinite_elements(double count, std::int64_t of);
std::string describe_vanishing(double largest);

}  // namespace impasto
