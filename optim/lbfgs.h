// L-BFGS, the optimiser of Gatys et al.: steepest descent bent by the curvature that the last
// steps have met.
//
// Without a line search a step is one evaluation and one move, as in torch/optim and
// torch.optim.LBFGS: the first move is min(1, 1 / |g|_1) long, every later one the full
// quasi-Newton step. The point that a step moves to is evaluated by the next step.
//
// With the strong Wolfe search a step tries points along the direction and moves to one that is
// certainly lower. It costs 1 to 26 evaluations, mostly one; the very first step one more. The
// point that it moves to has been evaluated.
//
// Memory, in vectors of the size of x: 2 history + 4, and 3 more with the search.
#pragma once

#include <memory>

#include "optim/optimizer.h"

namespace impasto {

struct LbfgsOptions {
  double learning_rate = 1;  // in units of the quasi-Newton step
  int history = 100;
  bool strong_wolfe = false;
  bool whole_history = false;     // memory for all pairs at once, not as they arrive
  double gradient_tolerance = 0;  // converged when no element of the gradient is larger than this
};

std::unique_ptr<Optimizer> make_lbfgs(const LbfgsOptions& options = {});

}  // namespace impasto
