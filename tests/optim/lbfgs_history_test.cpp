#include "optim/lbfgs_history.h"

#include <doctest/doctest.h>

#include "ops/elementwise/elementwise.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

const Shape kShape{17};

Tensor random(std::uint64_t seed) {
  return test::random_tensor(kShape, DType::f64, seed);
}

// The i-th of a series of pairs of positive curvature, as the gradient at both ends of a step.
struct Move {
  Tensor previous, gradient, direction;
  double step = 0.5;
};

Move move(Context& context, std::uint64_t i) {
  Move m{random(3 * i), {}, random(3 * i + 1)};
  m.gradient = linear(context, 1, m.previous, 2, m.direction);
  m.gradient = linear(context, 1, m.gradient, 0.3, random(3 * i + 2));
  return m;
}

void push(Context& context, LbfgsHistory& history, const Move& m) {
  history.push(context, m.gradient, m.previous, m.direction, m.step);
}

Tensor applied(Context& context, LbfgsHistory& history, const Tensor& q) {
  Tensor result = q.clone();
  history.apply(context, result);
  return result;
}

TEST_CASE("without pairs the inverse hessian is the identity") {
  Context context;
  LbfgsHistory history(3);
  CHECK(test::compare_exact(applied(context, history, random(1)), random(1)).ok);
}

TEST_CASE("the inverse hessian maps the newest y to its s, is symmetric and positive") {
  Context context;
  LbfgsHistory history(4);
  for (std::uint64_t i = 0; i < 7; ++i) {
    const Move m = move(context, i);
    push(context, history, m);
    const Tensor y = sub(context, m.gradient, m.previous);
    const Tensor s = scale(context, m.direction, m.step);
    const auto secant = test::compare(applied(context, history, y), s, 1e-12);
    CHECK_MESSAGE(secant.ok, secant.message);
    const Tensor a = random(100 + i), b = random(200 + i);
    const double ab = test::inner(a, applied(context, history, b));
    CHECK(ab == doctest::Approx(test::inner(b, applied(context, history, a))).epsilon(1e-10));
    CHECK(test::inner(a, applied(context, history, a)) > 0);
  }
}

TEST_CASE("only the last m pairs count, also when the ring has gone round") {
  Context context;
  for (int capacity : {1, 3}) {
    LbfgsHistory ring(capacity), recent(capacity);
    const int pushes = 8;
    for (int i = 0; i < pushes; ++i) {
      const Move m = move(context, static_cast<std::uint64_t>(i));
      push(context, ring, m);
      if (i >= pushes - capacity) push(context, recent, m);
      CHECK(ring.size() == std::min(i + 1, capacity));
    }
    CHECK(test::compare_exact(applied(context, ring, random(50)),
                              applied(context, recent, random(50)))
              .ok);
  }
}

TEST_CASE("a pair without positive curvature is skipped and spoils nothing") {
  Context context;
  LbfgsHistory history(2);
  for (std::uint64_t i = 0; i < 2; ++i) push(context, history, move(context, i));
  const Tensor before = applied(context, history, random(50));
  const Move good = move(context, 9);
  push(context, history, {good.gradient, good.previous, good.direction});  // y.s < 0
  push(context, history, {good.previous, good.previous, good.direction});  // y.s = 0
  push(context, history, {good.previous, good.gradient, good.direction, 1e-12});
  CHECK(history.size() == 2);
  CHECK(test::compare_exact(applied(context, history, random(50)), before).ok);
}

TEST_CASE("a cleared history learns anew") {
  Context context;
  LbfgsHistory used(3), fresh(3);
  for (std::uint64_t i = 0; i < 5; ++i) push(context, used, move(context, i));
  used.clear();
  CHECK(used.size() == 0);
  for (std::uint64_t i = 5; i < 7; ++i) {
    push(context, used, move(context, i));
    push(context, fresh, move(context, i));
  }
  CHECK(test::compare_exact(applied(context, used, random(50)), applied(context, fresh, random(50)))
            .ok);
}

}  // namespace
}  // namespace impasto
