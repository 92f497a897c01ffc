// The rules of guarded descent, for the host and for kernels: plain arithmetic on a few doubles.
//
// A point that evaluates well is kept. One that does not costs a retreat to the last good point,
// what was learned is forgotten, and the next steps are shorter: each failure divides their length
// by ten, each success doubles it again up to its full length. Five failures in a row are too many,
// and so is one at the start.
#pragma once

#include "tensor/cuda/both_sides.h"

namespace impasto::guard {

enum Status : int { kProgressed, kConverged, kRecovered, kStuck };
enum Cause : int { kNoCause, kLossNotFinite, kGradientNotFinite, kNextNotFinite, kVanishes };

enum Field : int {
  // Orders to the method, in [0, kOrders):
  kMoving,     // 1: x moves in this step
  kOffers,     // 1: the last step's move was good, so the method may learn from it
  kForget,     // 1: what was learned is to be forgotten first
  kStepScale,  // how much of its full length the step may have
  kOrders,
  // For the host:
  kStatus = kOrders,
  kLoss,        // of the last point that evaluated well
  kCause,       // of the last retreat, or of the halt
  kCauseValue,  // the loss, how many elements, or how large the largest
  kFailures,    // in a row
  kSteps,       // taken, up to the one that halted and with it
  kRetreats,    // so far
  // The guard's memory:
  kHasGood,     // something evaluated well
  kReturned,    // the next evaluation is at the good point again: its success means nothing
  kHalted,      // converged or stuck: nothing moves any more
  kForgetNext,  // the last step's next point was not finite
  // Weights for combine(), two at a time:
  kKeep,                // good = w0 x + w1 good
  kMove = kKeep + 2,    // x = w0 x + w1 move
  kSettle = kMove + 2,  // x = w0 x + w1 good
  kSize = kSettle + 2
};

constexpr int kMaxFailures = 5;

IMPASTO_BOTH_SIDES static bool is_finite_number(double value) {
  return value - value == 0;
}

IMPASTO_BOTH_SIDES static void lengthen_steps(double& failures, double& step_scale) {
  failures = 0;
  step_scale = 2 * step_scale < 1 ? 2 * step_scale : 1;
}
// false: too many failures.
IMPASTO_BOTH_SIDES static bool shorten_steps(double& failures, double& step_scale) {
  failures += 1;
  step_scale /= 10;
  return failures < kMaxFailures;
}

IMPASTO_BOTH_SIDES static void set_pair(double* state, int at, double first, double second) {
  state[at] = first;
  state[at + 1] = second;
}

IMPASTO_BOTH_SIDES static void retreat(double* state, Cause cause, double value) {
  state[kCause] = cause;
  state[kCauseValue] = value;
  state[kRetreats] += 1;
  state[kMoving] = 0;
  const bool goes_on = state[kHasGood] != 0 && shorten_steps(state[kFailures], state[kStepScale]);
  state[kStatus] = goes_on ? kRecovered : kStuck;
  state[kHalted] = goes_on ? 0 : 1;
  state[kReturned] = 1;
}

IMPASTO_BOTH_SIDES static void accept(double* state, double loss, double largest,
                                      double tolerance) {
  if (state[kReturned] == 0) lengthen_steps(state[kFailures], state[kStepScale]);
  state[kReturned] = 0;
  state[kHasGood] = 1;
  state[kLoss] = loss;
  const bool vanishes = largest <= tolerance;
  state[kStatus] = vanishes ? kConverged : kProgressed;
  state[kCause] = vanishes ? kVanishes : kNoCause;
  state[kCauseValue] = largest;
  state[kHalted] = vanishes ? 1 : 0;
  state[kMoving] = vanishes ? 0 : 1;
}

IMPASTO_BOTH_SIDES static void after_evaluation(double* state, double loss, double nonfinite,
                                                double largest, double tolerance) {
  const double moved = state[kMoving];
  state[kOffers] = state[kForget] = state[kMoving] = 0;
  set_pair(state, kKeep, 1, 0);
  set_pair(state, kMove, 1, 0);
  if (state[kHalted] != 0) return;
  state[kSteps] += 1;
  const bool bad_loss = !is_finite_number(loss);
  if (bad_loss || nonfinite != 0) {
    state[kForget] = 1;
    if (state[kHasGood] != 0) set_pair(state, kKeep, 0, 1);
    retreat(state, bad_loss ? kLossNotFinite : kGradientNotFinite, bad_loss ? loss : nonfinite);
  } else {
    accept(state, loss, largest, tolerance);
    state[kOffers] = moved;
    state[kForget] = state[kForgetNext];
    set_pair(state, kMove, 1, state[kMoving]);
  }
  state[kForgetNext] = 0;
}

IMPASTO_BOTH_SIDES static void after_move(double* state, double nonfinite) {
  if (state[kMoving] != 0 && nonfinite != 0) {
    state[kForgetNext] = 1;
    retreat(state, kNextNotFinite, nonfinite);
  }
  const double stays = state[kMoving] != 0 ? 0 : 1;
  set_pair(state, kSettle, 1 - stays, stays);
}

}  // namespace impasto::guard
