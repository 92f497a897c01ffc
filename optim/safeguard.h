// What an optimiser does about evaluations that are not finite: a growing caution that shortens
// its steps, and the last point that evaluated well.
#pragma once

#include "optim/optimizer.h"

namespace impasto {

// There is no good point to go back to: stuck.
void fail_at_start(const std::string& what, StepResult& result);

// Each failure divides the step length by ten, each success doubles it again up to its full length;
// five failures in a row are too many.
class Caution {
 public:
  double step_scale() const { return step_scale_; }
  void succeeded();
  void failed(const std::string& what, StepResult& result);  // sets status and message

 private:
  int failures_ = 0;
  double step_scale_ = 1;
};

// For optimisers that move x before they know what is there.
class LastGood {
 public:
  double step_scale() const { return caution_.step_scale(); }
  void keep(Context& context, const Tensor& x, double loss);  // x evaluated well
  // It did not, because of `what`: x is put back.
  void retreat(Context& context, Tensor& x, const std::string& what, StepResult& result);

 private:
  Caution caution_;
  Tensor x_;  // undefined until something evaluated well
  double loss_ = 0;
  bool returned_ = false;  // the next evaluation is at x_ again, so its success means nothing
};

}  // namespace impasto
