// What descent decides: a few numbers, so what is timed is what a launch costs.
#include "ops/descent/descent.h"

#include "ops/descent/adam_rules.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

// orders: x moves, what it learns is good, nothing is forgotten, steps of full length.
Tensor orders() {
  return numbers({1, 1, 0, 1});
}

template <class P>
struct AlikeCase {
  using Problem = P;

  static P parse(std::istream&) { return {}; }
  static P small(P p) { return p; }
};

struct Guard : AlikeCase<GuardProblem> {
  explicit Guard(const Problem&)
      : loss(scalar()),
        nonfinite(Tensor::zeros({}, DType::f64)),
        largest(scalar()),
        state(initial_guard_state({})) {}

  Tensor loss, nonfinite, largest, state;
};

struct AdamPlan : AlikeCase<AdamPlanProblem> {
  explicit AdamPlan(const Problem&)
      : given(orders()), state(Tensor::zeros({kAdamSize}, DType::f64)) {}

  Tensor given, state;
};

// y.s = y.y = g.g = 1 and else nothing: every pair is learned and none spoils the memory, which is
// full after as many runs as it has slots.
Tensor some_products(std::int64_t slots) {
  Tensor products = Tensor::zeros({LbfgsLayout::rows(slots), 2}, DType::f64);
  double* with_y = products.data<double>();
  with_y[2 * LbfgsLayout::kMoveRow] = with_y[2 * LbfgsLayout::kChangeRow] = 1;
  with_y[2 * LbfgsLayout::kGradientRow + 1] = 1;
  return products;
}

struct Lbfgs {
  using Problem = LbfgsProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    read_sizes(words, p.capacity);
    p.slots = p.capacity;
    return p;
  }
  static Problem small(Problem p) { return p; }

  explicit Lbfgs(const Problem& p)
      : products(some_products(p.slots)),
        abs_sum(scalar()),
        given(orders()),
        state(initial_lbfgs_state(p.capacity, {})) {}

  Tensor products, abs_sum, given, state;
};

}  // namespace

OpBenches descent_benches() {
  constexpr const char* kShapes = "steps.txt";
  const auto guard = direction<Guard>(
      guard_table,
      [](Guard& o) -> GuardArgs {
        return {o.loss, o.nonfinite, o.largest, o.state};
      },
      [](Guard& o) -> Operands {
        return {{&o.loss, &o.nonfinite, &o.largest}, {&o.state}};
      });
  const auto lbfgs = direction<Lbfgs>(
      lbfgs_table,
      [](Lbfgs& o) -> LbfgsArgs {
        return {o.products, o.abs_sum, o.given, o.state};
      },
      [](Lbfgs& o) -> Operands {
        return {{&o.products, &o.abs_sum, &o.given}, {&o.state}};
      });
  const auto adam = direction<AdamPlan>(
      adam_plan_table,
      [](AdamPlan& o) -> AdamPlanArgs {
        return {o.given, o.state};
      },
      [](AdamPlan& o) -> Operands {
        return {{&o.given}, {&o.state}};
      });
  return {"descent",
          {table_bench(guard, kShapes), table_bench(lbfgs, kShapes), table_bench(adam, kShapes)}};
}

}  // namespace impasto::lab
