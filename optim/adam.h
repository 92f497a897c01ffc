// Adam: gradient descent with momentum, each element's step scaled by how large its gradient has
// been. Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015; the formula of
// torch.optim.Adam.
//
// A step is one evaluation and one move; the point that it moves to is evaluated by the next step.
// Memory: 3 vectors of the size of x, a third of what ten pairs of L-BFGS take.
#pragma once

#include "optim/optimizer.h"
#include "optim/safeguard.h"

namespace impasto {

struct AdamOptions {
  double learning_rate = 1e-3;  // about how far an element moves in a step
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

class Adam : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options = {});
  void advance(Context& context, Tensor& x, const Objective& objective) override;
  StepResult result() override;
  bool steady() const override { return state_.defined(); }
  void reset() override;

 private:
  void move(Context& context, Tensor& x, const Tensor& gradient);

  AdamOptions options_;
  Guard guard_;
  Tensor m_, v_;
  Tensor state_;  // of adam_plan()
  int evaluations_ = 0;
};

}  // namespace impasto
