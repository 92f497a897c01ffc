// The decisions of descent: every kernel follows the reference through whole runs, state by state.
// What the decisions are worth is tested where they are used, in tests/optim.
#include "ops/descent/descent.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "ops/basis/basis.h"
#include "ops/descent/adam_rules.h"
#include "tensor/random.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;
using namespace guard;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Tensor number(double value) {
  return Tensor::full({1}, value, DType::f64);
}

// Same bits, NaN included.
bool same(const Tensor& a, const Tensor& b) {
  const auto x = a.values<double>(), y = b.values<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i])))) return false;
  }
  return x.size() == y.size();
}

struct Met {
  double loss, nonfinite, largest, nonfinite_next;
};

// Good points, and each way to be bad, once and often enough to be stuck, after good points and at
// the start.
const std::vector<std::vector<Met>> kRuns = {
    {{3, 0, 1, 0}, {2, 0, 1, 0}, {kNan, 0, 1, 0}, {2, 0, 1, 0}, {1, 0, 1, 0}},
    {{3, 0, 1, 0}, {2, 5, kNan, 0}, {3, 0, 1, 0}, {kInf, 0, 1, 0}, {3, 0, 1, 0}, {2, 0, 0, 0}},
    {{3, 0, 1, 4}, {3, 0, 1, 0}, {2, 0, 1, 0}, {1, 0, 1e-9, 0}, {1, 0, 1, 0}},
    {{kNan, 0, 1, 0}, {1, 0, 1, 0}},
    {{3, 0, 1, 0},
     {-kInf, 1, 1, 0},
     {3, 0, 1, 0},
     {kNan, 0, 1, 0},
     {3, 0, 1, 0},
     {kNan, 0, 1, 0},
     {3, 0, 1, 0},
     {kNan, 0, 1, 0},
     {3, 0, 1, 0},
     {kNan, 0, 1, 0},
     {3, 0, 1, 0}},
};

TEST_CASE("every guard kernel decides as the reference does") {
  Context context;
  const auto& reference = guard_table().kernels.back();
  for (const auto& run : kRuns) {
    for_kernels(context, guard_table(), {}, [&](const auto& kernel) {
      Tensor want = initial_guard_state({}), got = want.clone();
      for (const Met& met : run) {
        const Tensor loss = number(met.loss), bad = number(met.nonfinite), none;
        const Tensor largest = number(met.largest), next = number(met.nonfinite_next);
        const GuardProblem before{.tolerance = 1e-6}, after{.moved = true};
        run_kernel(context, reference, before, {loss, bad, largest, want});
        run_kernel(context, kernel, before, {loss, bad, largest, got});
        CHECK(same(got, want));
        run_kernel(context, reference, after, {none, next, none, want});
        run_kernel(context, kernel, after, {none, next, none, got});
        CHECK(same(got, want));
      }
    });
  }
}

TEST_CASE("a guard's orders: move, learn from a good move, forget after a bad one") {
  Context context;
  Tensor state = initial_guard_state({});
  const double* s = state.data<double>();
  const auto meet = [&](const Met& met) {
    const Tensor loss = number(met.loss), bad = number(met.nonfinite);
    const Tensor largest = number(met.largest);
    guard_evaluated(context, {loss, bad, largest, state}, 1e-6);
  };
  const auto move = [&](double nonfinite) { guard_moved(context, number(nonfinite), state); };
  meet({3, 0, 1, 0});
  CHECK((s[kMoving] == 1 && s[kOffers] == 0 && s[kForget] == 0 && s[kKeep] == 1));
  move(0);
  CHECK((s[kSettle] == 1 && s[kSettle + 1] == 0));
  meet({2, 0, 1, 0});
  CHECK((s[kMoving] == 1 && s[kOffers] == 1 && s[kForget] == 0));
  move(7);  // the next point is not finite
  CHECK((s[kSettle] == 0 && s[kSettle + 1] == 1 && static_cast<int>(s[kStatus]) == kRecovered));
  meet({2, 0, 1, 0});
  CHECK((s[kMoving] == 1 && s[kOffers] == 0 && s[kForget] == 1 && s[kStepScale] == 0.1));
  move(0);
  meet({kNan, 0, 1, 0});
  CHECK((s[kMoving] == 0 && s[kOffers] == 0 && s[kForget] == 1 && s[kKeep] == 0));
  CHECK((s[kLoss] == 2 && s[kSteps] == 4 && s[kRetreats] == 2));
  meet({2, 0, 1e-7, 0});
  CHECK((static_cast<int>(s[kStatus]) == kConverged && s[kMoving] == 0 && s[kHalted] == 1));
}

// A run of L-BFGS over random pairs: the vectors, and what the reference makes of them.
class Run {
 public:
  Run(std::int64_t capacity, std::int64_t slots) : problem_{.capacity = capacity, .slots = slots} {
    state_ = initial_lbfgs_state(capacity, {});
    for (std::int64_t i = 0; i < 3 + 2 * slots; ++i)
      vectors_.push_back(Tensor::zeros({9}, DType::f64));
  }

  // The next gradient, and a pair with it; of positive curvature, unless bad.
  void draw(bool bad) {
    for (Tensor* t : {&vectors_[0], &vectors_[1], &vectors_[2]}) {
      *t = random_tensor({9}, DType::f64, seed_++);
    }
    const double sign = bad ? -1 : 1;
    for (int i = 0; i < 9; ++i) {
      double& y = vectors_[2].data<double>()[i];
      y = sign * 3 * vectors_[1].data<double>()[i] + 0.2 * y;
    }
  }

  template <class Check>
  void step(Context& context, const Tensor& orders, bool scaled, const Check& check) {
    problem_.scaled = scaled;
    const Tensor products = inner_products(context, vectors_, std::array{vectors_[2], vectors_[0]});
    const Tensor sum = number(2.5), none;
    const LbfgsArgs args{products, scaled ? sum : none, orders, state_};
    const Tensor before = state_.clone();
    run_kernel(context, lbfgs_table().kernels.back(), problem_, args);
    check(problem_, args, before, state_);
    const auto store = static_cast<std::int64_t>(state_.data<double>()[LbfgsLayout::kStore]);
    if (store < 0) return;
    vectors_[static_cast<std::size_t>(LbfgsLayout::s_row(store))] = vectors_[1];
    vectors_[static_cast<std::size_t>(LbfgsLayout::y_row(store))] = vectors_[2];
  }

 private:
  LbfgsProblem problem_;
  Tensor state_;
  std::vector<Tensor> vectors_;
  std::uint64_t seed_ = 1;
};

Tensor orders(double moving, double offers, double forget) {
  return Tensor::from<double>({kOrders}, {moving, offers, forget, 0.5});
}

TEST_CASE("every l-bfgs kernel gives the reference's weights") {
  Context context;
  // Up to 1706 pairs fit the block's shared memory. Not all slots are there at first.
  for (const auto& [capacity, slots] : {std::pair{1, 1}, std::pair{3, 3}, std::pair{7, 7},
                                        std::pair{150, 150}, std::pair{1800, 12}}) {
    Run run(capacity, slots);
    const int steps = capacity == 150 ? 160 : 12;
    for (int i = 0; i < steps; ++i) {
      CAPTURE(capacity);
      CAPTURE(i);
      if (steps > 12 && i > 3 && i < 148) {  // only the ring's last turn is of interest
        run.draw(false);
        run.step(context, orders(1, 1, 0), true, [](auto&&...) {});
        continue;
      }
      run.draw(i == 5);
      const Tensor order = orders(i % 4 != 3, i > 0, i == 8);
      run.step(
          context, order, i % 2 == 0,
          [&](const LbfgsProblem& problem, const LbfgsArgs& args, const Tensor& before,
              const Tensor& want) {
            for_kernels(context, lbfgs_table(), problem, [&](const auto& kernel) {
              Tensor got = before.clone();
              run_kernel(context, kernel, problem, {args.products, args.abs_sum, args.orders, got});
              const auto close = compare(got, want, 1e-9, 1e-9);
              CHECK_MESSAGE(close.ok, close.message);
            });
          });
    }
  }
}

TEST_CASE("every l-bfgs kernel forgets a memory that rounding spoiled") {
  Context context;
  const LbfgsProblem problem{.capacity = 2, .slots = 2};
  for_kernels(context, lbfgs_table(), problem, [&](const auto& kernel) {
    const LbfgsLayout layout{2};
    Tensor state = Tensor::zeros({layout.size()}, DType::f64);
    state.data<double>()[LbfgsLayout::kNewest] = -1;
    Tensor products = Tensor::full({LbfgsLayout::rows(2), 2}, 1, DType::f64);
    products.data<double>()[2 * LbfgsLayout::kMoveRow] = kInf;  // y.s
    products.data<double>()[2 * LbfgsLayout::kChangeRow] = kInf;
    const Tensor sum = number(4), order = orders(1, 1, 0);
    run_kernel(context, kernel, problem, {products, sum, order, state});
    const double* s = state.data<double>();
    CHECK(s[LbfgsLayout::kPairs] == 0);
    CHECK(s[LbfgsLayout::kFresh] == 1);
    CHECK(s[LbfgsLayout::kWeights] == -0.5 / 4);
    for (std::int64_t i = 1; i < LbfgsLayout::rows(2); ++i)
      CHECK(s[LbfgsLayout::kWeights + i] == 0);
  });
}

TEST_CASE("every adam plan counts steps, stands still and starts anew when told") {
  Context context;
  const AdamPlanProblem problem{.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95};
  for_kernels(context, adam_plan_table(), problem, [&](const auto& kernel) {
    Tensor state = Tensor::zeros({kAdamSize}, DType::f64);
    const double* s = state.data<double>();
    const double* scalars = s + kAdamNext;
    int t = 0;
    for (const auto& [moving, forget] :
         {std::pair{1, 0}, std::pair{1, 0}, std::pair{0, 0}, std::pair{1, 0}, std::pair{0, 1},
          std::pair{1, 0}, std::pair{1, 1}, std::pair{1, 0}}) {
      const Tensor order = orders(moving, 0, forget);
      run_kernel(context, kernel, problem, {order, state});
      t = (forget != 0 ? 0 : t) + moving;
      CHECK(s[kAdamLastStep] == t);
      CHECK(scalars[kAdamMode] == (moving == 0 ? kAdamNoStep
                                   : t == 1    ? kAdamFirstStep
                                               : kAdamLaterStep));
      if (moving == 0) continue;
      CHECK(scalars[kAdamStepSize] == doctest::Approx(0.05 / (1 - std::pow(0.8, t))));
      CHECK(scalars[kAdamRootCorrection] == doctest::Approx(std::sqrt(1 - std::pow(0.95, t))));
    }
  });
}

TEST_CASE("descent refuses operands that do not fit") {
  Context context;
  const Tensor one = number(1), wrong = Tensor::zeros({2}), none;
  Tensor state = initial_guard_state({}), small = Tensor::zeros({3}, DType::f64);
  CHECK_THROWS_WITH_AS(guard_evaluated(context, {one, one, one, small}, 0),
                       doctest::Contains("the guard is [3] f64"), Error);
  CHECK_THROWS_AS(guard_evaluated(context, {wrong, one, one, state}, 0), Error);
  CHECK_THROWS_AS(guard_moved(context, none, state), Error);
  CHECK_THROWS_AS(lbfgs_plan(context, {.capacity = 2}, {one, one, one, small}), Error);
  CHECK_THROWS_AS(adam_plan(context, {}, {one, small}), Error);
}

}  // namespace
}  // namespace impasto
