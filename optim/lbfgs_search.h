// L-BFGS with the strong Wolfe line search. x moves only to points that evaluated well, so going
// back after a failure means staying; the loss and gradient there are known and not asked again.
#pragma once

#include <vector>

#include "optim/lbfgs.h"
#include "optim/lbfgs_direction.h"
#include "optim/safeguard.h"
#include "optim/strong_wolfe.h"

namespace impasto {

class LbfgsSearch : public Optimizer {
 public:
  explicit LbfgsSearch(const LbfgsOptions& options);
  void advance(Context& context, Tensor& x, const Objective& objective) override;
  StepResult result() override;
  bool steady() const override { return false; }  // its evaluations depend on their values
  void reset() override;

 private:
  StepResult search_once(Context& context, Tensor& x, const Objective& objective);
  bool start(Context& context, const Tensor& x, const Objective& objective, StepResult& result);
  LineSearch search(Context& context, const Tensor& x, const Objective& objective,
                    StepResult& result);
  void move(Context& context, Tensor& x, const LineSample& to);
  Tensor keep(Context& context, const Tensor& gradient);

  LbfgsOptions options_;
  LbfgsDirection direction_;
  Caution caution_;
  StepResult result_;
  double loss_ = 0;              // at x
  Tensor gradient_;              // at x; undefined before the first evaluation
  Tensor trial_;                 // the point that the search looks at
  std::vector<Tensor> buffers_;  // of gradients that the search carries, used round and round
};

}  // namespace impasto
