#include "optim/lbfgs_direction.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

Tensor vector(double a, double b) {
  return Tensor::from<double>({2}, {a, b});
}

bool is_steepest(const LbfgsDirection& direction, double a, double b) {
  return test::compare_exact(direction.direction(), vector(-a, -b)).ok;
}

TEST_CASE("before anything is learned: the negative gradient, moving no element by more than 1") {
  Context context;
  LbfgsDirection direction(5);
  CHECK(direction.aim(context, vector(3, -4)) == -25);
  CHECK(is_steepest(direction, 3, -4));
  CHECK(direction.full_step(context, vector(3, -4)) == doctest::Approx(1.0 / 7));
  CHECK(direction.full_step(context, vector(0.25, -0.25)) == 1);
}

TEST_CASE("after a move the step is 1, and the direction bends; forgetting undoes both") {
  Context context;
  LbfgsDirection direction(5);
  direction.aim(context, vector(3, -4));
  direction.learn(context, vector(2.5, -2), vector(3, -4), 0.1);
  CHECK_FALSE(direction.fresh());
  CHECK(direction.full_step(context, vector(3, -4)) == 1);
  CHECK(direction.aim(context, vector(2.5, -2)) < 0);
  CHECK_FALSE(is_steepest(direction, 2.5, -2));
  direction.forget();
  CHECK(direction.fresh());
  direction.aim(context, vector(2.5, -2));
  CHECK(is_steepest(direction, 2.5, -2));
}

TEST_CASE("a spoiled inverse hessian is thrown away, never followed") {
  Context context;
  LbfgsDirection direction(5);
  direction.aim(context, vector(-1e200, -1e200));
  direction.learn(context, vector(1e200, 1e200), vector(-1e200, -1e200), 1);  // y.s overflows
  CHECK(direction.aim(context, vector(3, -4)) == -25);
  CHECK(is_steepest(direction, 3, -4));
  CHECK(direction.fresh());
}

}  // namespace
}  // namespace impasto
