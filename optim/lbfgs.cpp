#include "optim/lbfgs.h"

#include <cmath>

#include "optim/lbfgs_fixed.h"
#include "optim/lbfgs_search.h"
#include "tensor/error.h"

namespace impasto {

std::unique_ptr<Optimizer> make_lbfgs(const LbfgsOptions& options) {
  IMPASTO_CHECK(std::isfinite(options.learning_rate) && options.learning_rate > 0,
                "lbfgs: learning rate {}", options.learning_rate);
  IMPASTO_CHECK(options.gradient_tolerance >= 0, "lbfgs: gradient tolerance {}",
                options.gradient_tolerance);
  if (options.strong_wolfe) return std::make_unique<LbfgsSearch>(options);
  return std::make_unique<LbfgsFixed>(options);
}

}  // namespace impasto
