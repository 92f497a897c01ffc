// Adam's numbers from step to step, for the host and for kernels.
#pragma once

#include <cmath>

#include "ops/descent/guard_rules.h"

namespace impasto {

enum AdamField : int { kAdamStep, kAdamScalars, kAdamSize = kAdamScalars + 3 };
enum AdamMode : int { kAdamStays, kAdamFirst, kAdamLater };  // the last of the scalars

struct AdamRates {
  double learning_rate, beta1, beta2;
};

IMPASTO_BOTH_SIDES static void plan_adam(double* state, const double* orders,
                                         const AdamRates& rates) {
  if (orders[kForget] != 0) state[kAdamStep] = 0;
  double* scalars = state + kAdamScalars;
  scalars[2] = kAdamStays;
  if (orders[kMoving] == 0) return;
  const double t = state[kAdamStep] += 1;
  scalars[0] = rates.learning_rate * orders[kStepScale] / (1 - pow(rates.beta1, t));
  scalars[1] = sqrt(1 - pow(rates.beta2, t));
  scalars[2] = t == 1 ? kAdamFirst : kAdamLater;
}

}  // namespace impasto
