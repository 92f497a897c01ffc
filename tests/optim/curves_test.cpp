// Every loss of 50 steps, and the point they end at, against PyTorch's own optimisers in double.
// The cases and their options are those of tools/fixtures/optim.py.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "optim/adam.h"
#include "optim/lbfgs.h"
#include "tests/optim/problems.h"
#include "tests/support/compare.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

constexpr int kSteps = 50;

struct Case {
  const char* problem;
  double learning_rate;
  int history = 0;
};

const Case kLbfgs[] = {{"rosenbrock2", 0.5, 100}, {"rosenbrock10", 0.3, 100},
                       {"rosenbrock10", 0.3, 5},  {"rosenbrock30", 0.5, 100},
                       {"rosenbrock30", 0.5, 5},  {"rosenbrock100", 0.5, 100},
                       {"quadratic30", 1, 100},   {"quadratic100", 0.3, 5}};
const Case kWolfe[] = {{"rosenbrock2", 0.2, 100}, {"rosenbrock10", 0.3, 100},
                       {"rosenbrock10", 0.3, 5},  {"rosenbrock30", 0.5, 100},
                       {"rosenbrock100", 0.5, 5}, {"quadratic30", 1, 100},
                       {"quadratic100", 1, 5}};
const Case kAdam[] = {{"rosenbrock2", 0.05}, {"rosenbrock10", 0.05}, {"quadratic30", 0.05}};

const NamedTensors& fixtures() {
  static const NamedTensors file = read_safetensors(IMPASTO_FIXTURES "/optim.safetensors");
  return file;
}

// Runs 50 steps and compares with the curve `name`: number, order and values of the evaluations.
void check_curve(Optimizer& optimizer, const Case& c, const std::string& name) {
  CAPTURE(name);
  const auto& want = fixtures().tensors;
  Context context;
  Tensor x = want.at(name + ".start").clone();
  const Objective objective = test::problem(c.problem);
  std::vector<double> losses;
  int evaluations = 0;
  for (int step = 0; step < kSteps; ++step) {
    const StepResult result = optimizer.step(context, x, test::traced(objective, losses));
    REQUIRE_MESSAGE(result.status == StepStatus::progressed, result.message);
    evaluations += result.evaluations;
  }
  CHECK(evaluations == static_cast<int>(losses.size()));
  const Tensor got = Tensor::from<double>({std::ssize(losses)}, losses);
  const auto curve = test::compare(got, want.at(name + ".loss"), 0, 1e-9);
  CHECK_MESSAGE(curve.ok, curve.message);
  const auto end = test::compare(x, want.at(name + ".final"), 0, 1e-9);
  CHECK_MESSAGE(end.ok, end.message);
}

TEST_CASE("l-bfgs without a search follows torch.optim.LBFGS, evaluation by evaluation") {
  for (const Case& c : kLbfgs) {
    const auto optimizer = make_lbfgs({.learning_rate = c.learning_rate, .history = c.history});
    check_curve(*optimizer, c, fmt::format("lbfgs.{}.{}", c.problem, c.history));
  }
}

TEST_CASE("l-bfgs with strong wolfe follows torch.optim.LBFGS, evaluation by evaluation") {
  for (const Case& c : kWolfe) {
    const auto optimizer =
        make_lbfgs({.learning_rate = c.learning_rate, .history = c.history, .strong_wolfe = true});
    check_curve(*optimizer, c, fmt::format("wolfe.{}.{}", c.problem, c.history));
  }
}

TEST_CASE("adam follows torch.optim.Adam") {
  for (const Case& c : kAdam) {
    Adam optimizer({.learning_rate = c.learning_rate});
    check_curve(optimizer, c, fmt::format("adam.{}", c.problem));
  }
}

}  // namespace
}  // namespace impasto
