#include "ops/descent/descent.h"

#include <algorithm>
#include <limits>

#include "ops/descent/adam_rules.h"
#include "ops/launch.h"

namespace impasto {
namespace {

void check_vector(const char* what, const Tensor& tensor, std::int64_t count) {
  IMPASTO_CHECK(tensor.defined() && tensor.dtype() == DType::f64 && tensor.numel() == count,
                "descent: {} is {} {}, expected {} f64", what, tensor.shape().to_string(),
                to_string(tensor.dtype()), count);
}

}  // namespace

Tensor initial_guard_state(Device device) {
  std::vector<double> state(guard::kSize, 0.0);
  state[guard::kStepScale] = 1;
  state[guard::kLoss] = std::numeric_limits<double>::quiet_NaN();
  return Tensor::from<double>({guard::kSize}, state).to(device);
}

Tensor initial_lbfgs_state(std::int64_t capacity, Device device) {
  const LbfgsLayout layout{capacity};
  std::vector<double> state(static_cast<std::size_t>(layout.size()), 0.0);
  state[LbfgsLayout::kNewest] = state[LbfgsLayout::kStore] = -1;
  state[LbfgsLayout::kScale] = state[LbfgsLayout::kFresh] = 1;
  const auto active = state.begin() + layout.active();
  std::fill(active, active + LbfgsLayout::rows(0), 1.0);
  return Tensor::from<double>({layout.size()}, state).to(device);
}

std::string GuardProblem::to_string() const {
  return moved ? "guard(after a move)" : fmt::format("guard(tolerance {})", tolerance);
}

std::string LbfgsProblem::to_string() const {
  return fmt::format("lbfgs({} of {} pairs, rate {}, {})", slots, capacity, learning_rate,
                     scaled ? "move" : "direction");
}

std::string AdamPlanProblem::to_string() const {
  return fmt::format("adam(rate {}, betas {} {})", learning_rate, beta1, beta2);
}

void guard_evaluated(Context& context, const GuardArgs& args, double tolerance) {
  check_vector("the guard", args.state, guard::kSize);
  check_vector("the loss", args.loss, 1);
  check_vector("the largest element", args.largest, 1);
  check_vector("the number of elements", args.nonfinite, 1);
  launch(context, guard_table(), {.tolerance = tolerance}, args);
}

void guard_moved(Context& context, const Tensor& nonfinite, Tensor& state) {
  check_vector("the guard", state, guard::kSize);
  check_vector("the number of elements", nonfinite, 1);
  const Tensor none;
  launch(context, guard_table(), {.moved = true}, GuardArgs{none, nonfinite, none, state});
}

void lbfgs_plan(Context& context, const LbfgsProblem& problem, const LbfgsArgs& args) {
  check_vector("the products", args.products, 2 * LbfgsLayout::rows(problem.slots));
  check_vector("the orders", args.orders, guard::kOrders);
  check_vector("the state of l-bfgs", args.state, LbfgsLayout{problem.capacity}.size());
  if (problem.scaled) check_vector("the sum", args.abs_sum, 1);
  launch(context, lbfgs_table(), problem, args);
}

void adam_plan(Context& context, const AdamPlanProblem& problem, const AdamPlanArgs& args) {
  check_vector("the orders", args.orders, guard::kOrders);
  check_vector("the state of adam", args.state, kAdamSize);
  launch(context, adam_plan_table(), problem, args);
}

}  // namespace impasto
