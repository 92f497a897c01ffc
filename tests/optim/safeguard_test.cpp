// Losses and gradients that are not finite, put in at chosen evaluations or everywhere outside a
// region: x must be finite and at the last good point, and the optimisation must go on or say that
// it cannot.
#include "optim/safeguard.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/optim/optimizers.h"
#include "tests/optim/problems.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

enum class Poison { nan_loss, inf_loss, minus_inf_loss, nan_gradient, inf_gradient };
const Poison kPoisons[] = {Poison::nan_loss, Poison::inf_loss, Poison::minus_inf_loss,
                           Poison::nan_gradient, Poison::inf_gradient};

test::HostEvaluation poisoned(test::HostEvaluation e, Poison poison) {
  const double bad[] = {NAN, kInf, -kInf, NAN, kInf};
  const double value = bad[static_cast<int>(poison)];
  if (poison == Poison::nan_gradient || poison == Poison::inf_gradient) {
    e.gradient.data<double>()[1] = value;
  } else {
    e.loss = value;
  }
  return e;
}

Tensor start() {
  return Tensor::from<double>({4}, {0.4, 0.6, 0.3, 0.7});
}

bool finite(const Tensor& x) {
  return test::compare(x, x, 0).ok && std::isfinite(test::rosenbrock(x).loss);
}

TEST_CASE("one bad evaluation costs one step, wherever it comes") {
  for (const auto& kind : test::optimizers()) {
    for (Poison poison : kPoisons) {
      for (int when : {1, 2, 5}) {
        CAPTURE(kind.name);
        CAPTURE(static_cast<int>(poison));
        CAPTURE(when);
        Context context;
        const auto optimizer = kind.make(0.1);
        Tensor x = start(), good;
        int calls = 0, recovered = 0;
        const Objective objective = [&](const Tensor& at) {
          const test::HostEvaluation e = test::rosenbrock(at);
          return calls++ == when ? poisoned(e, poison) : e;
        };
        for (int step = 0; step < 40; ++step) {
          // A search moves x to points that it has seen, the others see at the next step.
          const Tensor before = x.clone();
          const StepResult result = optimizer->step(context, x, objective);
          REQUIRE(finite(x));
          REQUIRE(std::isfinite(result.loss));
          if (kind.searches) good = x.clone();
          if (result.status != StepStatus::progressed) {
            ++recovered;
            CHECK(result.status == StepStatus::recovered);
            CHECK(!result.message.empty());
            CHECK(result.loss == test::rosenbrock(good).loss);
            CHECK(test::compare_exact(x, good).ok);
            if (kind.searches) CHECK(result.loss <= test::rosenbrock(before).loss);
          }
          good = before;
        }
        CHECK(recovered == 1);
        CHECK(test::rosenbrock(x).loss < 0.9 * test::rosenbrock(start()).loss);
      }
    }
  }
}

TEST_CASE("nothing good at the start: stuck at once, x untouched") {
  for (const auto& kind : test::optimizers()) {
    for (Poison poison : kPoisons) {
      CAPTURE(kind.name);
      Context context;
      Tensor x = start();
      const StepResult result = kind.make(0.1)->step(
          context, x, [&](const Tensor& at) { return poisoned(test::rosenbrock(at), poison); });
      CHECK(result.status == StepStatus::stuck);
      CHECK(result.evaluations == 1);
      CHECK(result.message.find("at the start") != std::string::npos);
      CHECK(test::compare_exact(x, start()).ok);
    }
  }
}

TEST_CASE("nothing good anywhere else: stuck after five failures, x at the start") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto optimizer = kind.make(0.1);
    Tensor x = start();
    const Objective objective = [](const Tensor& at) {
      const test::HostEvaluation e = test::rosenbrock(at);
      return test::compare_exact(at, start()).ok ? e : poisoned(e, Poison::nan_loss);
    };
    StepResult result;
    int recovered = 0;
    for (int step = 0; step < 20 && result.status != StepStatus::stuck; ++step) {
      result = optimizer->step(context, x, objective);
      recovered += result.status == StepStatus::recovered;
    }
    CHECK(result.status == StepStatus::stuck);
    CHECK(recovered == 4);
    CHECK(result.loss == test::rosenbrock(start()).loss);
    CHECK(result.message.find("5 times in a row") != std::string::npos);
    CHECK(test::compare_exact(x, start()).ok);
  }
}

// sum -log(x) + x has its minimum at 1 and is NaN for x < 0, where steps of this length lead.
test::HostEvaluation barrier(const Tensor& x) {
  test::HostEvaluation e{0, Tensor::empty(x.shape(), DType::f64)};
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double v = x.data<double>()[i];
    e.loss += v - std::log(v);
    e.gradient.data<double>()[i] = 1 - 1 / v;
  }
  return e;
}

TEST_CASE("steps that are too long for the objective's region are shortened until they fit") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto optimizer = kind.make(20);
    Tensor x = Tensor::from<double>({3}, {8, 9, 10});
    int recovered = 0;
    StepResult result;
    for (int step = 0; step < 100; ++step) {
      result = optimizer->step(context, x, barrier);
      recovered += result.status == StepStatus::recovered;
      REQUIRE(result.status != StepStatus::stuck);
      REQUIRE(std::isfinite(result.loss));
    }
    CHECK(recovered >= 1);
    CHECK(result.loss < barrier(Tensor::from<double>({3}, {8, 9, 10})).loss);
  }
}

TEST_CASE("after a failure the next move is a tenth of a first move, along the gradient") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto optimizer = kind.make(0.1), fresh = kind.make(0.01);
    Tensor x = start();
    int calls = 0;
    const Objective objective = [&](const Tensor& at) {
      const test::HostEvaluation e = test::rosenbrock(at);
      return calls++ == 4 ? poisoned(e, Poison::nan_loss) : e;
    };
    while (optimizer->step(context, x, objective).status == StepStatus::progressed) continue;
    Tensor other = x.clone();
    optimizer->step(context, x, objective);
    fresh->step(context, other, test::rosenbrock);
    const auto same = test::compare(x, other, 1e-15);
    CHECK_MESSAGE(same.ok, same.message);
    CHECK_FALSE(test::compare_exact(x, start()).ok);
  }
}

TEST_CASE("failures with successes in between never add up to being stuck") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto optimizer = kind.make(0.1);
    Tensor x = start();
    int calls = 0, recovered = 0;
    const Objective objective = [&](const Tensor& at) {
      const test::HostEvaluation e = test::rosenbrock(at);
      return ++calls % 5 == 0 ? poisoned(e, Poison::nan_loss) : e;
    };
    for (int step = 0; step < 50; ++step) {
      const StepResult result = optimizer->step(context, x, objective);
      REQUIRE(result.status != StepStatus::stuck);
      recovered += result.status == StepStatus::recovered;
    }
    CHECK(recovered >= 8);
  }
}

TEST_CASE("caution grows tenfold with each failure in a row and halves with each success") {
  Caution caution;
  StepResult result;
  CHECK(caution.step_scale() == 1);
  for (int failure = 1; failure <= 4; ++failure) {
    caution.failed("why", result);
    CHECK(result.status == StepStatus::recovered);
    CHECK(result.message.starts_with("why"));
    CHECK(caution.step_scale() == doctest::Approx(std::pow(0.1, failure)));
  }
  caution.succeeded();
  CHECK(caution.step_scale() == doctest::Approx(2e-4));
  caution.failed("why", result);
  CHECK(result.status == StepStatus::recovered);
  for (int success = 0; success < 20; ++success) caution.succeeded();
  CHECK(caution.step_scale() == 1);
  for (int failure = 1; failure <= 5; ++failure) caution.failed("why", result);
  CHECK(result.status == StepStatus::stuck);
}

TEST_CASE("a step out of f32's range is taken back") {
  const Objective slope = [](const Tensor& x) {
    return test::HostEvaluation{x.to(DType::f64).data<double>()[0], Tensor::full(x.shape(), 1)};
  };
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    Tensor x = Tensor::full({1}, 2);
    const StepResult result = kind.make(1e39)->step(context, x, slope);
    CHECK(result.status == StepStatus::recovered);
    CHECK(result.evaluations == 1);
    CHECK(x.data<float>()[0] == 2);
  }
}

}  // namespace
}  // namespace impasto
