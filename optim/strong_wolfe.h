// Line search for the strong Wolfe conditions: along x + t d it finds a step t whose loss is
// sufficiently lower and whose slope is sufficiently flatter than at t = 0.
//
// First t grows by cubic extrapolation until an interval brackets such a step, then the interval
// shrinks by cubic interpolation. Nocedal and Wright, "Numerical optimization", algorithms 3.5 and
// 3.6, with the safeguards of M. Schmidt's minFunc, so that trial for trial it agrees with
// torch.optim.LBFGS(line_search_fn="strong_wolfe").
#pragma once

#include <functional>

#include "tensor/tensor.h"

namespace impasto {

struct LineSample {
  double step = 0;
  double loss = 0;
  double slope = 0;  // of the loss along the line: <gradient, d>
  Tensor gradient;   // carried along, not looked at
};
using LineFunction = std::function<LineSample(double step)>;

struct StrongWolfeOptions {
  double decrease = 1e-4;      // c1: loss <= start + c1 step start.slope
  double curvature = 0.9;      // c2: |slope| <= c2 |start.slope|
  int max_trials = 25;         // after the first
  double min_interval = 1e-9;  // stop when the bracket moves no element by more than this
  double direction_max = 1;    // max |d|
};

struct LineSearch {
  LineSample best;  // the accepted step, or the lowest point found; may be the start
  int evaluations = 0;
  bool finite = true;  // false: a trial was not finite, the search was given up
};

// `start` is the sample at step 0, of negative slope; `first_step` > 0.
LineSearch strong_wolfe(const LineFunction& line, const LineSample& start, double first_step,
                        const StrongWolfeOptions& options = {});

}  // namespace impasto
