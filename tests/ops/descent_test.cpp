// The orders of a guard, and what the entries refuse.
#include "ops/descent/descent.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace impasto {
namespace {

using namespace guard;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor number(double value) {
  return Tensor::full({1}, value, DType::f64);
}

struct Met {
  double loss, nonfinite, largest, nonfinite_next;
};

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
