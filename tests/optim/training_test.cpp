// What only training needs of optimisers: schedules, averages, Adam on batches.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "optim/schedule.h"
#include "optim/stochastic_adam.h"
#include "optim/weight_average.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::random_tensor;

TEST_CASE("the learning rate rises in a line and falls in half a cosine") {
  const WarmupCosine rate{.peak = 2, .warmup = 4, .steps = 12};
  CHECK(rate.at(0) == doctest::Approx(0.5));
  CHECK(rate.at(3) == doctest::Approx(2));
  CHECK(rate.at(4) == doctest::Approx(2));
  CHECK(rate.at(8) == doctest::Approx(1));
  CHECK(rate.at(10) == doctest::Approx(2 * 0.5 * (1 + std::cos(0.75 * 3.14159265358979))));
  CHECK(rate.at(12) == doctest::Approx(0));
  CHECK(rate.at(99) == doctest::Approx(0));
  const WarmupCosine undecided{.peak = 2, .warmup = 4, .steps = 0};
  CHECK(undecided.at(2) == rate.at(2));
}

TEST_CASE("the average forgets the start, then follows slowly") {
  Context context;
  const Tensor x = Tensor::full({5}, 10, DType::f64);
  Tensor average = Tensor::zeros({5}, DType::f64);
  average_weights(context, x, 0.9, 0, average);
  CHECK(average.data<double>()[4] == doctest::Approx(9));  // d = 1/10
  average_weights(context, x, 0.9, 1000, average);
  CHECK(average.data<double>()[4] == doctest::Approx(9.1));  // d = 0.9
}

TEST_CASE("steps are those of Kingma and Ba's algorithm") {
  Context context;
  StochasticAdam adam;
  Tensor x = random_tensor({7}, DType::f64, 1);
  std::vector<double> m(7, 0), v(7, 0), want(x.values<double>().begin(), x.values<double>().end());
  for (int t = 1; t <= 4; ++t) {
    const Tensor gradient = random_tensor({7}, DType::f64, static_cast<std::uint64_t>(t + 10));
    const double rate = 0.1 / t;
    const auto step = adam.step(context, x, gradient, rate);
    CHECK(step.moved);
    double square = 0;
    for (std::size_t i = 0; i < 7; ++i) {
      const double g = gradient.values<double>()[i];
      square += g * g;
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      want[i] -= rate * (m[i] / (1 - std::pow(0.9, t))) /
                 (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
    }
    CHECK(step.norm == doctest::Approx(std::sqrt(square)));
    CHECK(test::compare(x, Tensor::from<double>({7}, want), 1e-12).ok);
  }
}

TEST_CASE("a gradient that is not finite changes nothing") {
  Context context;
  StochasticAdam adam;
  Tensor x = random_tensor({7}, DType::f32, 1);
  adam.step(context, x, random_tensor({7}, DType::f32, 2), 0.1);
  const Tensor before = x.clone(), m = adam.state().m.clone(), v = adam.state().v.clone();
  Tensor bad = random_tensor({7}, DType::f32, 3);
  bad.data<float>()[6] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(adam.step(context, x, bad, 0.1).moved);
  CHECK(test::compare_exact(x, before).ok);
  CHECK(test::compare_exact(adam.state().m, m).ok);
  CHECK(test::compare_exact(adam.state().v, v).ok);
  CHECK(adam.state().steps == 1);
}

TEST_CASE("long gradients are shortened, short ones are not") {
  Context context;
  const Tensor gradient = random_tensor({7}, DType::f64, 2);
  StochasticAdam clipped({.params = {}, .max_norm = 0.5}), free;
  Tensor x = Tensor::zeros({7}, DType::f64), y = Tensor::zeros({7}, DType::f64);
  const double norm = clipped.step(context, x, gradient, 0.1).norm;
  CHECK(norm > 0.5);
  free.step(context, y, gradient, 0.1);
  const double share = clipped.state().m.data<double>()[0] / free.state().m.data<double>()[0];
  CHECK(share == doctest::Approx(0.5 / norm));
  StochasticAdam loose({.params = {}, .max_norm = 2 * norm});
  Tensor z = Tensor::zeros({7}, DType::f64);
  loose.step(context, z, gradient, 0.1);
  CHECK(test::compare_exact(z, y).ok);
}

}  // namespace
}  // namespace impasto
