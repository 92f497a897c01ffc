// What an optimiser does about evaluations that are not finite: a growing caution that shortens its
// steps, and the last point that evaluated well. The rules are those of ops/descent/guard_rules.h.
#pragma once

#include "optim/optimizer.h"

namespace impasto {

// There is no good point to go back to: stuck.
void fail_at_start(const std::string& what, StepResult& result);

// For optimisers that decide on the host.
class Caution {
 public:
  double step_scale() const { return step_scale_; }
  void succeeded();
  void failed(const std::string& what, StepResult& result);  // sets status and message

 private:
  double failures_ = 0;
  double step_scale_ = 1;
};

// For optimisers that move x before they know what is there. Nothing is read from the device but by
// result(). A step:
//
//   guard.prepare(context, x);
//   guard.evaluated(context, here, x, tolerance);
//   ... x = move_weights() of x and the move, or what else orders() allow ...
//   guard.moved(context, x);
class Guard {
 public:
  void prepare(Context& context, const Tensor& x);  // takes memory
  void evaluated(Context& context, const Evaluation& here, const Tensor& x, double tolerance);
  void moved(Context& context, Tensor& x);

  Tensor orders() const;        // f64 [guard::kOrders], for the ops of descent
  Tensor move_weights() const;  // f64 [2]: of x and of its move

  // Of the last step, and the number of steps so far.
  StepResult result() const;
  void reset() { *this = {}; }

 private:
  Tensor state_;  // f64 [guard::kSize]; undefined before the first evaluation
  Tensor good_;   // the last point that evaluated well
  std::int64_t count_ = 0;
};

}  // namespace impasto
