#include "optim/stochastic_adam.h"

#include <cmath>

#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {

StochasticAdam::Step StochasticAdam::step(Context& context, Tensor& x, const Tensor& gradient,
                                          double learning_rate) {
  const double norm = std::sqrt(dot(context, gradient, gradient).item());
  if (!std::isfinite(norm)) return {false, norm};
  const bool long_one = options_.max_norm > 0 && norm > options_.max_norm;
  const Tensor shortened = long_one ? scale(context, gradient, options_.max_norm / norm) : gradient;
  ensure_like(context, x, state_.m);
  ensure_like(context, x, state_.v);
  const auto t = static_cast<double>(++state_.steps);
  const auto& [beta1, beta2, epsilon] = options_.params;
  const std::vector<double> scalars = {learning_rate / (1 - std::pow(beta1, t)),
                                       std::sqrt(1 - std::pow(beta2, t)),
                                       state_.steps == 1 ? kAdamFirstStep : kAdamLaterStep};
  const Tensor numbers = Tensor::from<double>({kAdamScalars}, scalars).to(context.device());
  adam_step(context, options_.params, {numbers, shortened, state_.m, state_.v, x});
  return {true, norm};
}

}  // namespace impasto
