// L-BFGS without a line search: evaluate, learn, move.
#pragma once

#include "optim/lbfgs.h"
#include "optim/lbfgs_direction.h"
#include "optim/safeguard.h"

namespace impasto {

class LbfgsFixed : public Optimizer {
 public:
  explicit LbfgsFixed(const LbfgsOptions& options);
  StepResult step(Context& context, Tensor& x, const Objective& objective) override;
  void reset() override;

 private:
  void retreat(Context& context, Tensor& x, const std::string& what, StepResult& result);
  void learn(Context& context, const Tensor& gradient);
  void move(Context& context, Tensor& x, StepResult& result);

  LbfgsOptions options_;
  LbfgsDirection direction_;
  LastGood last_good_;
  Tensor gradient_;     // where the last move began
  bool moved_ = false;  // gradient_ and step_ belong to a move
  double step_ = 0;
};

}  // namespace impasto
