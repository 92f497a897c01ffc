// What all optimisers have in common besides their curves and their failures.
#include <cmath>

#include <doctest/doctest.h>

#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "tensor/allocator.h"
#include "tensor/random.h"
#include "tests/optim/optimizers.h"
#include "tests/optim/problems.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

TEST_CASE("a vanishing gradient is convergence and moves nothing") {
  const Tensor minimum = Tensor::full({6}, 1, DType::f64);
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    Tensor x = minimum.clone();
    const auto optimizer = kind.make(1);
    for (int i = 0; i < 2; ++i) {
      const StepResult result = optimizer->step(context, x, test::rosenbrock);
      CHECK(result.status == StepStatus::converged);
      CHECK(result.loss == 0);
      CHECK(!result.message.empty());
      CHECK(test::compare_exact(x, minimum).ok);
    }
  }
}

TEST_CASE("after a step that is stuck further ones move nothing and ask for nothing new") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto optimizer = kind.make(0.1);
    const Tensor start = Tensor::full({3}, 0.5, DType::f64);
    Tensor x = start.clone();
    bool heals = false;
    const Objective objective = [&](const Tensor& at) {
      test::HostEvaluation e = test::rosenbrock(at);
      if (!heals && !test::compare_exact(at, start).ok) e.loss = NAN;
      return e;
    };
    StepResult result;
    while (result.status != StepStatus::stuck) result = optimizer->step(context, x, objective);
    heals = true;
    for (int i = 0; i < 3; ++i) {
      const StepResult later = optimizer->step(context, x, objective);
      CHECK(later.status == StepStatus::stuck);
      CHECK(later.message == result.message);
      CHECK(later.steps == result.steps);
    }
    CHECK(test::compare_exact(x, start).ok);
  }
}

TEST_CASE("the gradient tolerance of l-bfgs is the largest element that counts as zero") {
  const Objective slope = [](const Tensor& x) {
    const auto v = x.values<double>();
    return test::HostEvaluation{1e-3 * v[0] - 2e-3 * v[1],
                                Tensor::from<double>(x.shape(), {1e-3, -2e-3})};
  };
  for (bool search : {false, true}) {
    for (double tolerance : {1.9e-3, 2e-3}) {
      Context context;
      Tensor x = Tensor::zeros({2}, DType::f64);
      const auto optimizer = make_lbfgs({.strong_wolfe = search, .gradient_tolerance = tolerance});
      const StepStatus status = optimizer->step(context, x, slope).status;
      CHECK((status == StepStatus::converged) == (tolerance == 2e-3));
    }
  }
}

TEST_CASE("a search that finds nothing lower converges, with the point it has") {
  // The gradient lies: every direction leads up.
  const Objective uphill = [](const Tensor& x) {
    const double distance = std::abs(x.data<double>()[0] - 3);
    return test::HostEvaluation{distance, Tensor::full({1}, -1, DType::f64)};
  };
  Context context;
  Tensor x = Tensor::full({1}, 3, DType::f64);
  const StepResult result = make_lbfgs({.strong_wolfe = true})->step(context, x, uphill);
  CHECK(result.status == StepStatus::converged);
  CHECK(x.item() == 3);
}

TEST_CASE("a gradient of another shape or dtype is an error") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    Tensor x = Tensor::zeros({3}, DType::f64);
    const auto wrong = [&](const Tensor& gradient) {
      kind.make(1)->step(context, x, [&](const Tensor&) {
        return test::HostEvaluation{1, gradient};
      });
    };
    CHECK_THROWS_AS(wrong(Tensor::full({2}, 1, DType::f64)), Error);
    CHECK_THROWS_AS(wrong(Tensor::full({3}, 1)), Error);
    CHECK_THROWS_AS(wrong(Tensor()), Error);
  }
}

TEST_CASE("options that make no sense are errors") {
  CHECK_THROWS_AS(make_lbfgs({.learning_rate = 0}), Error);
  CHECK_THROWS_AS(make_lbfgs({.learning_rate = NAN}), Error);
  CHECK_THROWS_AS(make_lbfgs({.history = 0}), Error);
  CHECK_THROWS_AS(make_lbfgs({.gradient_tolerance = -1}), Error);
  CHECK_THROWS_AS(Adam({.learning_rate = -1}), Error);
  CHECK_THROWS_AS(Adam({.beta1 = 1}), Error);
  CHECK_THROWS_AS(Adam({.epsilon = 0}), Error);
}

TEST_CASE("after reset an optimiser is as new") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    Context context;
    const auto run = [&](Optimizer& optimizer) {
      Tensor x = Tensor::from<double>({3}, {0.5, 0.2, 0.4});
      for (int i = 0; i < 8; ++i) optimizer.step(context, x, test::rosenbrock);
      return x;
    };
    const auto used = kind.make(0.1), fresh = kind.make(0.1);
    Tensor elsewhere = Tensor::full({5}, 0.3, DType::f64);
    for (int i = 0; i < 4; ++i) used->step(context, elsewhere, test::rosenbrock);
    used->reset();
    CHECK(test::compare_exact(run(*used), run(*fresh)).ok);
  }
}

TEST_CASE("f32 comes down as far as f64, to f32's precision") {
  for (const auto& kind : test::optimizers()) {
    CAPTURE(kind.name);
    const auto descend = [&](DType dtype) {
      Context context;
      const auto optimizer = kind.make(0.2);
      Tensor x = Tensor::full({10}, 0.5, dtype);
      double loss = 0;
      for (int i = 0; i < 40; ++i) loss = optimizer->step(context, x, test::rosenbrock).loss;
      return loss;
    };
    CHECK(descend(DType::f32) == doctest::Approx(descend(DType::f64)).epsilon(1e-3));
  }
}

// 1/2 <x, c x>, all by our own ops.
Objective bowl(Context& context, const Tensor& c) {
  return [&context, &c](const Tensor& x) {
    const Tensor gradient = mul(context, c, x);
    return test::HostEvaluation{dot(context, x, gradient).item() / 2, gradient};
  };
}

TEST_CASE("any number of threads gives the same bits") {
  const std::int64_t count = 300'007;
  for (const auto& kind : test::optimizers()) {
    for (DType dtype : {DType::f32, DType::f64}) {
      CAPTURE(kind.name);
      Tensor c = Tensor::empty({count}, dtype);
      fill_uniform(c, 1, 0.1, 10);
      const auto run = [&](int threads) {
        Context context({.device = {}, .threads = threads});
        Tensor x = test::random_tensor({count}, dtype, 2);
        const auto optimizer = kind.make(0.5);
        for (int i = 0; i < 6; ++i) optimizer->step(context, x, bowl(context, c));
        return x;
      };
      CHECK(test::compare_exact(run(1), run(2)).ok);
      CHECK(test::compare_exact(run(1), run(3)).ok);
    }
  }
}

struct Footprint {
  std::size_t held_vectors = 0;  // by the optimiser, after warm-up
  bool steady = true;            // no step after warm-up changed what is live
};

Footprint footprint(std::unique_ptr<Optimizer> optimizer) {
  const std::int64_t count = 4096;
  Context context({.device = {}, .threads = 1});
  Tensor c = Tensor::empty({count}, DType::f64);
  fill_uniform(c, 1, 0.1, 1000);
  Tensor x = test::random_tensor({count}, DType::f64, 2);
  const auto live = [] { return allocator_of(Device{}).stats().live_bytes; };
  for (int i = 0; i < 12; ++i) optimizer->step(context, x, bowl(context, c));
  Footprint result;
  const std::size_t warm = live();
  for (int i = 0; i < 12; ++i) {
    optimizer->step(context, x, bowl(context, c));
    result.steady = result.steady && live() == warm;
  }
  optimizer.reset();
  result.held_vectors = (warm - live()) / (static_cast<std::size_t>(count) * sizeof(double));
  return result;
}

TEST_CASE("memory is what the headers say, and steady after warm-up") {
  for (int history : {1, 4}) {
    const auto vectors = static_cast<std::size_t>(2 * history + 4);
    const Footprint plain = footprint(make_lbfgs({.history = history}));
    CHECK(plain.held_vectors == vectors);
    CHECK(plain.steady);
    const Footprint search = footprint(make_lbfgs({.history = history, .strong_wolfe = true}));
    CHECK(search.held_vectors <= vectors + 3);
    CHECK(search.steady);
  }
  const Footprint adam = footprint(std::make_unique<Adam>());
  CHECK(adam.held_vectors == 3);
  CHECK(adam.steady);
}

}  // namespace
}  // namespace impasto
