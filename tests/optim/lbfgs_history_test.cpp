#include "optim/lbfgs_history.h"

#include <doctest/doctest.h>

#include "ops/descent/guard_rules.h"
#include "ops/elementwise/elementwise.h"
#include "optim/vectors.h"
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

// History and optimiser in one: pairs are offered when the history is asked next.
struct Asked {
  explicit Asked(int capacity) : history(capacity) {}

  void push(Context& context, const Move& m) {
    history.grow(context, m.gradient);
    assign(context, m.step, m.direction, history.move());
    assign(context, 1, m.gradient, -1, m.previous, history.change());
    aim(context, m.gradient, true);
  }
  // H q.
  Tensor applied(Context& context, const Tensor& q) {
    history.grow(context, q);
    return scale(context, aim(context, q, false), -1);
  }
  Tensor aim(Context& context, const Tensor& q, bool offers) {
    std::vector<double> orders(guard::kOrders, 0.0);
    orders[guard::kMoving] = orders[guard::kStepScale] = 1;
    orders[guard::kOffers] = offers ? 1 : 0;
    Tensor result = Tensor::empty(q.shape(), q.dtype());
    history.aim(context, q, {.orders = Tensor::from<double>({guard::kOrders}, orders)}, result);
    return result;
  }

  LbfgsHistory history;
};

TEST_CASE("without pairs the inverse hessian is the identity") {
  Context context;
  Asked history(3);
  CHECK(test::compare_exact(history.applied(context, random(1)), random(1)).ok);
}

TEST_CASE("the inverse hessian maps the newest y to its s, is symmetric and positive") {
  Context context;
  Asked history(4);
  for (std::uint64_t i = 0; i < 7; ++i) {
    const Move m = move(context, i);
    history.push(context, m);
    const Tensor y = sub(context, m.gradient, m.previous);
    const Tensor s = scale(context, m.direction, m.step);
    const auto secant = test::compare(history.applied(context, y), s, 1e-12);
    CHECK_MESSAGE(secant.ok, secant.message);
    const Tensor a = random(100 + i), b = random(200 + i);
    const double ab = test::inner(a, history.applied(context, b));
    CHECK(ab == doctest::Approx(test::inner(b, history.applied(context, a))).epsilon(1e-10));
    CHECK(test::inner(a, history.applied(context, a)) > 0);
  }
}

TEST_CASE("only the last m pairs count, also when the ring has gone round") {
  Context context;
  for (int capacity : {1, 3}) {
    Asked ring(capacity), recent(capacity);
    const int pushes = 8;
    for (int i = 0; i < pushes; ++i) {
      const Move m = move(context, static_cast<std::uint64_t>(i));
      ring.push(context, m);
      if (i >= pushes - capacity) recent.push(context, m);
      CHECK(ring.history.pairs() == std::min(i + 1, capacity));
    }
    // The same pairs in other slots are added up in another order.
    const auto same = test::compare(ring.applied(context, random(50)),
                                    recent.applied(context, random(50)), 1e-13, 1e-13);
    CHECK_MESSAGE(same.ok, same.message);
  }
}

TEST_CASE("a pair without positive curvature is skipped and spoils nothing") {
  Context context;
  Asked history(2);
  for (std::uint64_t i = 0; i < 2; ++i) history.push(context, move(context, i));
  const Tensor before = history.applied(context, random(50));
  const Move good = move(context, 9);
  history.push(context, {good.gradient, good.previous, good.direction});  // y.s < 0
  history.push(context, {good.previous, good.previous, good.direction});  // y.s = 0
  history.push(context, {good.previous, good.gradient, good.direction, 1e-12});
  CHECK(history.history.pairs() == 2);
  CHECK(test::compare_exact(history.applied(context, random(50)), before).ok);
}

TEST_CASE("a cleared history learns anew") {
  Context context;
  Asked used(3), fresh(3);
  for (std::uint64_t i = 0; i < 5; ++i) used.push(context, move(context, i));
  used.history.clear();
  CHECK(used.history.pairs() == 0);
  for (std::uint64_t i = 5; i < 7; ++i) {
    used.push(context, move(context, i));
    fresh.push(context, move(context, i));
  }
  CHECK(test::compare_exact(used.applied(context, random(50)), fresh.applied(context, random(50)))
            .ok);
}

}  // namespace
}  // namespace impasto
