// L-BFGS without a line search: evaluate, learn, move. All its decisions are taken on the device.
#pragma once

#include "optim/lbfgs.h"
#include "optim/lbfgs_history.h"
#include "optim/safeguard.h"

namespace impasto {

class LbfgsFixed : public Optimizer {
 public:
  explicit LbfgsFixed(const LbfgsOptions& options);
  void advance(Context& context, Tensor& x, const Objective& objective) override;
  StepResult result() override;
  bool steady() const override { return history_.is_full(); }
  void reset() override;

 private:
  void move(Context& context, Tensor& x, const Tensor& gradient);

  LbfgsOptions options_;
  Guard guard_;
  LbfgsHistory history_;
  Tensor gradient_;  // where the last move began
  int evaluations_ = 0;
};

}  // namespace impasto
