// The decisions of descent: every kernel follows the reference through whole runs, state by state.
// What the decisions are worth is tested where they are used, in tests/optim.
#include "ops/descent/descent.h"

#include <array>
#include <cmath>
#include <limits>

#include "ops/basis/basis.h"
#include "ops/descent/adam_rules.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;
using namespace impasto::guard;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Tensor number(double value) {
  return Tensor::full({1}, value, DType::f64);
}

// Same values, NaN included.
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

void guards(Session& s) {
  const GuardProblem before{.tolerance = 1e-6}, after{.moved = true};
  for (const auto& run : kRuns) {
    s.for_kernels(guard_table(), {}, [&](auto& kernel) {
      Tensor want = initial_guard_state({}), got = want.clone();
      for (const Met& met : run) {
        const Tensor loss = number(met.loss), bad = number(met.nonfinite), none;
        const Tensor largest = number(met.largest), next = number(met.nonfinite_next);
        s.reference(guard_table(), before, {loss, bad, largest, want});
        kernel.run(before, {loss, bad, largest, got});
        kernel.check("decides as the reference after an evaluation", same(got, want));
        s.reference(guard_table(), after, {none, next, none, want});
        kernel.run(after, {none, next, none, got});
        kernel.check("decides as the reference after a move", same(got, want));
      }
    });
  }
}

// A run of L-BFGS over random pairs: the vectors, and what the reference makes of them.
class Run {
 public:
  Run(std::int64_t capacity, std::int64_t slots) : problem_{.capacity = capacity, .slots = slots} {
    state_ = initial_lbfgs_state(capacity, {});
    for (std::int64_t i = 0; i < 3 + 2 * slots; ++i) {
      vectors_.push_back(Tensor::zeros({9}, DType::f64));
    }
  }

  // The next gradient, and a pair with it; of positive curvature, unless bad.
  void draw(const Session& s, bool bad) {
    for (Tensor* t : {&vectors_[0], &vectors_[1], &vectors_[2]}) {
      *t = s.normal({9}, DType::f64, seed_++);
    }
    const double sign = bad ? -1 : 1;
    for (int i = 0; i < 9; ++i) {
      double& y = vectors_[2].data<double>()[i];
      y = sign * 3 * vectors_[1].data<double>()[i] + 0.2 * y;
    }
  }

  template <class Check>
  void step(Session& s, const Tensor& orders, bool scaled, const Check& check) {
    problem_.scaled = scaled;
    const Tensor products =
        inner_products(s.context(), vectors_, std::array{vectors_[2], vectors_[0]});
    const Tensor sum = number(2.5), none;
    const LbfgsArgs args{products, scaled ? sum : none, orders, state_};
    const Tensor before = state_.clone();
    s.reference(lbfgs_table(), problem_, args);
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
  return Tensor::from<double>({kOrders}, std::vector<double>{moving, offers, forget, 0.5});
}

void lbfgs(Session& s) {
  const auto check = [&](const LbfgsProblem& p, const LbfgsArgs& args, const Tensor& before,
                         const Tensor& want) {
    s.for_kernels(lbfgs_table(), p, [&](auto& kernel) {
      Tensor got = before.clone();
      kernel.run({args.products, args.abs_sum, args.orders, got});
      kernel.check("gives the reference's weights", compare(got, want, 1e-9, 1e-9));
    });
  };
  // Up to 1706 pairs fit the block's shared memory. Not all slots are there at first.
  for (const auto& [capacity, slots] : {std::pair{1, 1}, std::pair{3, 3}, std::pair{7, 7},
                                        std::pair{150, 150}, std::pair{1800, 12}}) {
    Run run(capacity, slots);
    const int steps = capacity == 150 ? 160 : 12;
    for (int i = 0; i < steps; ++i) {
      if (steps > 12 && i > 3 && i < 148) {  // only the ring's last turn is of interest
        run.draw(s, false);
        run.step(s, orders(1, 1, 0), true, [](auto&&...) {});
        continue;
      }
      run.draw(s, i == 5);
      run.step(s, orders(i % 4 != 3, i > 0, i == 8), i % 2 == 0, check);
    }
  }
}

void lbfgs_spoiled(Session& s) {
  const LbfgsProblem p{.capacity = 2, .slots = 2};
  s.for_kernels(lbfgs_table(), p, [&](auto& kernel) {
    const LbfgsLayout layout{2};
    Tensor state = Tensor::zeros({layout.size()}, DType::f64);
    state.data<double>()[LbfgsLayout::kNewest] = -1;
    Tensor products = Tensor::full({LbfgsLayout::rows(2), 2}, 1, DType::f64);
    products.data<double>()[2 * LbfgsLayout::kMoveRow] = kInf;  // y.s
    products.data<double>()[2 * LbfgsLayout::kChangeRow] = kInf;
    const Tensor sum = number(4), order = orders(1, 1, 0);
    kernel.run({products, sum, order, state});
    const double* got = state.data<double>();
    bool forgot = got[LbfgsLayout::kPairs] == 0 && got[LbfgsLayout::kFresh] == 1 &&
                  got[LbfgsLayout::kWeights] == -0.5 / 4;
    for (std::int64_t i = 1; i < LbfgsLayout::rows(2); ++i) {
      forgot = forgot && got[LbfgsLayout::kWeights + i] == 0;
    }
    kernel.check("forgets a memory that rounding spoiled", forgot);
  });
}

void adam_plan_steps(Session& s) {
  const AdamPlanProblem p{.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95};
  const std::pair<int, int> turns[] = {{1, 0}, {1, 0}, {0, 0}, {1, 0},
                                       {0, 1}, {1, 0}, {1, 1}, {1, 0}};  // moving, forget
  s.for_kernels(adam_plan_table(), p, [&](auto& kernel) {
    Tensor state = Tensor::zeros({kAdamSize}, DType::f64);
    int t = 0;
    for (const auto& [moving, forget] : turns) {
      kernel.run({orders(moving, 0, forget), state});
      t = (forget != 0 ? 0 : t) + moving;
      const double* got = state.data<double>();
      const double* scalars = got + kAdamNext;
      const double mode = moving == 0 ? kAdamNoStep : t == 1 ? kAdamFirstStep : kAdamLaterStep;
      kernel.check("counts steps, stands still and starts anew when told",
                   got[kAdamLastStep] == t && scalars[kAdamMode] == mode);
      if (moving == 0) continue;
      const double size = 0.05 / (1 - std::pow(0.8, t)), root = std::sqrt(1 - std::pow(0.95, t));
      kernel.check("gives the step's size", near(scalars[kAdamStepSize], size, 1e-13 * size));
      kernel.check("gives the correction", near(scalars[kAdamRootCorrection], root, 1e-13 * root));
    }
  });
}

constexpr Case kCases[] = {
    {"descent.guard", "decides as the reference", guards},
    {"descent.lbfgs", "gives the reference's weights", lbfgs},
    {"descent.lbfgs", "forgets a memory that rounding spoiled", lbfgs_spoiled},
    {"descent.adam", "counts steps, stands still and starts anew when told", adam_plan_steps},
};

}  // namespace

Cases descent_cases() {
  return kCases;
}

}  // namespace impasto::verify
