// Where L-BFGS goes from a point when the host decides how far: for the line search.
#pragma once

#include "optim/lbfgs_history.h"

namespace impasto {

class LbfgsDirection {
 public:
  explicit LbfgsDirection(int history) : history_(history) {}

  // Sets direction() = -H gradient, which leads downhill for sure: when rounding spoiled H, all is
  // forgotten and it is the negative gradient. Returns <gradient, direction()>, 0 when the gradient
  // vanishes in the arithmetic at hand.
  double aim(Context& context, const Tensor& gradient);
  const Tensor& direction() const { return direction_; }

  // The step to try first: 1 once the length of direction() means something; before the first
  // learn() it is min(1, 1 / |g|_1), so that no element moves by more than 1.
  double full_step(Context& context, const Tensor& gradient) const;

  // A move of step * direction() changed the gradient from `previous` to `gradient`. To be followed
  // by aim(), which learns it.
  void learn(Context& context, const Tensor& gradient, const Tensor& previous, double step);

  // Nothing learned since the start, or since all was forgotten. Waits for the device.
  bool fresh() const { return !offered_ && history_.fresh(); }
  void forget();

 private:
  double try_to_aim(Context& context, const Tensor& gradient);

  LbfgsHistory history_;
  Tensor direction_;
  bool offered_ = false;  // by learn(), and not learned yet
};

}  // namespace impasto
