// Adam for losses that change from step to step, those of random batches. Kingma and Ba, "Adam: a
// method for stochastic optimization", ICLR 2015.
//
// optim/adam.h goes back to the last good point when a loss is not finite; here the point is as
// good as before, it was the batch that was bad, so the step is left out. A step waits for the
// device: it asks for the norm of the gradient.
#pragma once

#include <cstdint>

#include "ops/elementwise/adam.h"
#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

struct StochasticAdamOptions {
  AdamParams params;
  double max_norm = 0;  // longer gradients are shortened to this; 0: none is
};

class StochasticAdam {
 public:
  explicit StochasticAdam(const StochasticAdamOptions& options = {}) : options_(options) {}

  struct Step {
    bool moved = false;  // false: the gradient is not finite, and nothing has changed
    double norm = 0;     // of the gradient, before it was shortened
  };
  // x and gradient of one shape, f32 or f64, on the context's device.
  Step step(Context& context, Tensor& x, const Tensor& gradient, double learning_rate);

  // All that the next step depends on besides its arguments.
  struct State {
    Tensor m, v;  // undefined before the first step
    std::int64_t steps = 0;
  };
  const State& state() const { return state_; }
  void set_state(State state) { state_ = std::move(state); }

 private:
  StochasticAdamOptions options_;
  State state_;
};

}  // namespace impasto
