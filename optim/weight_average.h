// The exponential moving average of what an optimiser passes through: less noisy than any single
// point of a stochastic descent. Polyak and Juditsky, "Acceleration of stochastic approximation by
// averaging", 1992.
#pragma once

#include <cstdint>

#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

// After step number `step`, from 0: average = d average + (1 - d) x, where d grows from 0.1 to
// `decay`, so that the start is soon forgotten.
void average_weights(Context& context, const Tensor& x, double decay, std::int64_t step,
                     Tensor& average);

}  // namespace impasto
