#include "optim/lbfgs_direction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/descent/guard_rules.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {

double LbfgsDirection::try_to_aim(Context& context, const Tensor& gradient) {
  std::vector<double> orders(guard::kOrders, 0.0);
  orders[guard::kMoving] = orders[guard::kStepScale] = 1;
  orders[guard::kOffers] = offered_ ? 1 : 0;
  history_.grow(context, gradient);
  ensure_like(context, gradient, direction_);
  const Tensor on_device = Tensor::from<double>({guard::kOrders}, orders).to(context.device());
  history_.aim(context, gradient, {.orders = on_device}, direction_);
  offered_ = false;
  return dot(context, gradient, direction_).item();
}

double LbfgsDirection::aim(Context& context, const Tensor& gradient) {
  const double slope = try_to_aim(context, gradient);
  if (slope < 0 && std::isfinite(slope)) return slope;
  forget();
  return try_to_aim(context, gradient);
}

double LbfgsDirection::full_step(Context& context, const Tensor& gradient) const {
  return fresh() ? std::min(1.0, 1 / abs_sum(context, gradient).item()) : 1.0;
}

void LbfgsDirection::learn(Context& context, const Tensor& gradient, const Tensor& previous,
                           double step) {
  assign(context, step, direction_, history_.move());
  assign(context, 1, gradient, -1, previous, history_.change());
  offered_ = true;
}

void LbfgsDirection::forget() {
  history_.clear();
  offered_ = false;
}

}  // namespace impasto
