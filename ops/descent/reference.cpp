// Plain loops, in the words of the formulas.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/descent/adam_rules.h"
#include "ops/descent/descent_kernels.h"

namespace impasto::descent_kernels {
namespace {

using namespace guard;

// The memory of L-BFGS as the formulas have it: pairs by age, 0 the oldest.
class Memory {
 public:
  Memory(const LbfgsProblem& problem, const LbfgsArgs& args)
      : layout_{problem.capacity},
        state_(args.state.data<double>()),
        products_(args.products.data<double>()) {}

  std::int64_t pairs() const { return static_cast<std::int64_t>(state_[LbfgsLayout::kPairs]); }
  bool fresh() const { return state_[LbfgsLayout::kFresh] != 0; }
  double scale() const { return state_[LbfgsLayout::kScale]; }
  void forget() {
    state_[LbfgsLayout::kPairs] = 0;
    state_[LbfgsLayout::kFresh] = state_[LbfgsLayout::kScale] = 1;
  }
  void learn();

  std::int64_t slot(std::int64_t age) const {
    return layout_.slot(static_cast<std::int64_t>(state_[LbfgsLayout::kNewest]), pairs(), age);
  }
  double s_dot_y(std::int64_t older, std::int64_t newer) const {
    return state_[layout_.with_s() + slot(newer) * layout_.capacity + slot(older)];
  }
  double y_dot_y(std::int64_t a, std::int64_t b) const {
    return state_[layout_.with_y() + slot(a) * layout_.capacity + slot(b)];
  }
  double curvature(std::int64_t age) const { return s_dot_y(age, age); }
  double s_dot_g(std::int64_t age) const { return with_g(s_row(age)); }
  double y_dot_g(std::int64_t age) const { return with_g(y_row(age)); }
  double g_dot_g() const { return with_g(LbfgsLayout::kGradientRow); }

 private:
  // The newest pair is not in its slot yet.
  bool is_new(std::int64_t age) const {
    return state_[LbfgsLayout::kStore] >= 0 && age == pairs() - 1;
  }
  std::int64_t s_row(std::int64_t age) const {
    return is_new(age) ? LbfgsLayout::kMoveRow : LbfgsLayout::s_row(slot(age));
  }
  std::int64_t y_row(std::int64_t age) const {
    return is_new(age) ? LbfgsLayout::kChangeRow : LbfgsLayout::y_row(slot(age));
  }
  double with_y(std::int64_t row) const { return products_[2 * row]; }
  double with_g(std::int64_t row) const { return products_[2 * row + 1]; }

  LbfgsLayout layout_;
  double* state_;
  const double* products_;
};

void Memory::learn() {
  state_[LbfgsLayout::kFresh] = 0;
  const double curvature = with_y(LbfgsLayout::kMoveRow);
  if (!(curvature > kMinCurvature)) return;
  const double y_dot_y = with_y(LbfgsLayout::kChangeRow);
  const std::int64_t m = layout_.capacity;
  const auto to = (static_cast<std::int64_t>(state_[LbfgsLayout::kNewest]) + 1) % m;
  state_[LbfgsLayout::kNewest] = state_[LbfgsLayout::kStore] = static_cast<double>(to);
  state_[LbfgsLayout::kPairs] = static_cast<double>(std::min(pairs() + 1, m));
  state_[LbfgsLayout::kScale] = curvature / y_dot_y;
  double* s_products = state_ + layout_.with_s();
  double* y_products = state_ + layout_.with_y();
  for (std::int64_t age = 0; age + 1 < pairs(); ++age) {
    const std::int64_t other = slot(age);
    s_products[to * m + other] = with_y(LbfgsLayout::s_row(other));
    y_products[to * m + other] = y_products[other * m + to] = with_y(LbfgsLayout::y_row(other));
  }
  s_products[to * m + to] = curvature;
  y_products[to * m + to] = y_dot_y;
}

struct Coefficients {
  std::vector<double> of_s, of_y;  // by age
};

// The recursion on g. First g - sum_j alpha_j y_j, newest pair first; then H0 of that
// + sum_j (alpha_j - beta_j) s_j, oldest pair first.
Coefficients two_loops(const Memory& memory) {
  const auto size = static_cast<std::size_t>(memory.pairs());
  std::vector<double> alpha(size), of_s(size);
  const auto age_of = [](std::size_t i) { return static_cast<std::int64_t>(i); };
  for (std::size_t i = size; i-- > 0;) {
    double product = memory.s_dot_g(age_of(i));
    for (std::size_t j = size; --j > i;) product -= alpha[j] * memory.s_dot_y(age_of(i), age_of(j));
    alpha[i] = product / memory.curvature(age_of(i));
  }
  for (std::size_t i = 0; i < size; ++i) {
    double product = memory.y_dot_g(age_of(i));
    for (std::size_t j = size; j-- > 0;) product -= alpha[j] * memory.y_dot_y(age_of(i), age_of(j));
    product *= memory.scale();
    for (std::size_t j = 0; j < i; ++j) product += of_s[j] * memory.s_dot_y(age_of(j), age_of(i));
    of_s[i] = alpha[i] - product / memory.curvature(age_of(i));
  }
  for (double& value : alpha) value *= -memory.scale();
  return {of_s, alpha};
}

double g_dot_h_g(const Memory& memory, const Coefficients& h) {
  double sum = memory.scale() * memory.g_dot_g();
  for (std::size_t i = 0; i < h.of_s.size(); ++i) {
    const auto age = static_cast<std::int64_t>(i);
    sum += h.of_s[i] * memory.s_dot_g(age) + h.of_y[i] * memory.y_dot_g(age);
  }
  return sum;
}

double length(const LbfgsProblem& problem, const LbfgsArgs& args, bool fresh) {
  if (!problem.scaled) return 1;
  const double full = fresh ? std::min(1.0, 1 / args.abs_sum.item()) : 1;
  return problem.learning_rate * args.orders.data<double>()[kStepScale] * full;
}

}  // namespace

void guard_reference(Context&, const GuardProblem& problem, const GuardArgs& args, void*) {
  double* state = args.state.data<double>();
  if (problem.moved) {
    after_move(state, args.nonfinite.item());
  } else {
    after_evaluation(state, args.loss.item(), args.nonfinite.item(), args.largest.item(),
                     problem.tolerance);
  }
}

void lbfgs_reference(Context&, const LbfgsProblem& problem, const LbfgsArgs& args, void*) {
  const LbfgsLayout layout{problem.capacity};
  const double* orders = args.orders.data<double>();
  double* state = args.state.data<double>();
  state[LbfgsLayout::kStore] = -1;
  Memory memory(problem, args);
  if (orders[kForget] != 0) memory.forget();
  if (orders[kOffers] != 0) memory.learn();

  const auto rows = LbfgsLayout::rows(problem.capacity);
  double* weights = state + LbfgsLayout::kWeights;
  double* active = state + layout.active();
  std::fill(weights, weights + rows, 0.0);
  std::fill(active, active + rows, 0.0);
  std::fill(active, active + LbfgsLayout::rows(0), 1.0);
  if (orders[kMoving] != 0) {
    Coefficients h = two_loops(memory);
    const double along = g_dot_h_g(memory, h);
    if (!(along > 0 && is_finite_number(along))) {
      memory.forget();
      h = {};
    }
    const double step = length(problem, args, memory.fresh());
    weights[LbfgsLayout::kGradientRow] = -step * memory.scale();
    for (std::size_t i = 0; i < h.of_s.size(); ++i) {
      const std::int64_t slot = memory.slot(static_cast<std::int64_t>(i));
      weights[LbfgsLayout::s_row(slot)] = -step * h.of_s[i];
      weights[LbfgsLayout::y_row(slot)] = -step * h.of_y[i];
    }
  }
  for (std::int64_t age = 0; age < memory.pairs(); ++age) {
    const std::int64_t slot = memory.slot(age);
    active[LbfgsLayout::s_row(slot)] = active[LbfgsLayout::y_row(slot)] = 1;
  }
}

void adam_reference(Context&, const AdamPlanProblem& problem, const AdamPlanArgs& args, void*) {
  plan_adam(args.state.data<double>(), args.orders.data<double>(),
            {problem.learning_rate, problem.beta1, problem.beta2});
}

}  // namespace impasto::descent_kernels
