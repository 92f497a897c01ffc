// Adam's numbers from step to step, for the host and for kernels.
#pragma once

#include <math.h>  // pow and sqrt of host and device alike

#include "ops/descent/guard_rules.h"
#include "ops/elementwise/adam_scalars.h"

namespace impasto {

// The state: the number of the last step, then what adam_step() reads.
enum AdamField : int { kAdamLastStep, kAdamNext, kAdamSize = kAdamNext + kAdamScalars };

struct AdamRates {
  double learning_rate, beta1, beta2;
};

IMPASTO_BOTH_SIDES static void plan_adam(double* state, const double* orders,
                                         const AdamRates& rates) {
  if (orders[guard::kForget] != 0) state[kAdamLastStep] = 0;
  double* scalars = state + kAdamNext;
  scalars[kAdamMode] = kAdamNoStep;
  if (orders[guard::kMoving] == 0) return;
  const double t = state[kAdamLastStep] += 1;
  scalars[kAdamStepSize] =
      rates.learning_rate * orders[guard::kStepScale] / (1 - pow(rates.beta1, t));
  scalars[kAdamRootCorrection] = sqrt(1 - pow(rates.beta2, t));
  scalars[kAdamMode] = t == 1 ? kAdamFirstStep : kAdamLaterStep;
}

}  // namespace impasto
