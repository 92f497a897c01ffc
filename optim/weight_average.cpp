#include "optim/weight_average.h"

#include <algorithm>

#include "ops/elementwise/elementwise.h"

namespace impasto {

void average_weights(Context& context, const Tensor& x, double decay, std::int64_t step,
                     Tensor& average) {
  const auto t = static_cast<double>(step);
  const double keep = std::min(decay, (1 + t) / (10 + t));
  axpby(context, 1 - keep, x, keep, average);
}

}  // namespace impasto
