#include "optim/strong_wolfe.h"

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/compare.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

// Loss and slope at t of the lines in tools/fixtures/optim.py.
LineSample sample(const std::string& line, double t) {
  if (line == "hollow") {
    const double below = t * t + 2;
    return {t, -t / below, (t * t - 2) / (below * below), {}};
  }
  if (line == "steep") {
    const double u = t + 0.004;
    return {t, std::pow(u, 5) - 2 * std::pow(u, 4), 5 * std::pow(u, 4) - 8 * std::pow(u, 3), {}};
  }
  if (line == "wavy") {
    return {t, 0.01 * t * t - t - 0.3 * std::sin(5 * t), 0.02 * t - 1 - 1.5 * std::cos(5 * t), {}};
  }
  if (line == "kink") return {t, std::abs(t - 1.0 / 3), t > 1.0 / 3 ? 1.0 : -1.0, {}};
  if (line == "swell") {
    const double sine = std::sin(9 * t), slope = -1 - sine - 9 * (1 + t) * std::cos(9 * t);
    return {t, -t - (1 + t) * sine, slope, {}};
  }
  if (line.ends_with("cliff")) {
    const double at = line == "near_cliff" ? 0.005 : 0.05;
    return {t, 0.01 * t * t - t + (t > at ? 1.9 * at : 0), 0.02 * t - 1, {}};
  }
  IMPASTO_CHECK(line == "endless", "no line {}", line);
  return {t, -t, -1, {}};
}

struct Run {
  LineSearch found;
  std::vector<double> trials;
};

Run run(const std::string& line, double first_step) {
  Run result;
  const LineFunction function = [&](double t) {
    result.trials.push_back(t);
    return sample(line, t);
  };
  result.found = strong_wolfe(function, sample(line, 0), first_step);
  return result;
}

const double kFirstSteps[] = {0.001, 0.1, 1, 10, 1000};
const char* const kLines[] = {"hollow", "steep", "wavy",       "endless",
                              "kink",   "swell", "near_cliff", "far_cliff"};

TEST_CASE("strong wolfe tries the steps that torch's search tries, and accepts the same") {
  const NamedTensors file = read_safetensors(IMPASTO_FIXTURES "/optim.safetensors");
  for (const std::string line : kLines) {
    for (int i = 0; i < std::ssize(kFirstSteps); ++i) {
      const std::string name = fmt::format("line.{}.{}", line, i);
      CAPTURE(name);
      const Run got = run(line, kFirstSteps[i]);
      const auto trials = test::compare(Tensor::from<double>({std::ssize(got.trials)}, got.trials),
                                        file.tensors.at(name), 0, 1e-9);
      CHECK_MESSAGE(trials.ok, trials.message);
      const auto accepted = test::compare(Tensor::from<double>({1}, {got.found.best.step}),
                                          file.tensors.at(name + ".accepted"), 0, 1e-9);
      CHECK_MESSAGE(accepted.ok, accepted.message);
      CHECK(got.found.evaluations == std::ssize(got.trials));
      CHECK(got.found.finite);
    }
  }
}

TEST_CASE("an accepted step satisfies the strong wolfe conditions") {
  for (const std::string line : {"steep", "wavy"}) {
    for (double first_step : kFirstSteps) {
      CAPTURE(line);
      CAPTURE(first_step);
      const LineSample start = sample(line, 0);
      const LineSample best = run(line, first_step).found.best;
      CHECK(best.loss <= start.loss + 1e-4 * best.step * start.slope);
      CHECK(std::abs(best.slope) <= 0.9 * std::abs(start.slope));
    }
  }
}

TEST_CASE("out of trials while the loss still falls, the last trial is compared with the start") {
  // The last trial is 0.001 * 10^25; nothing was bracketed, so what lies between does not count.
  const auto last_loss = [](double loss) {
    return [loss](double t) -> LineSample { return {t, t < 5e21 ? -t : loss, -1, {}}; };
  };
  const LineSample start{0, 0, -1, {}};
  CHECK(strong_wolfe(last_loss(-1e20), start, 0.001).best.step == doctest::Approx(1e22));
  CHECK(strong_wolfe(last_loss(1), start, 0.001).best.step == 0);
}

TEST_CASE(
    "strong wolfe gives the search up at a trial that is not finite, with the best before it") {
  const LineSample start{0, 1, -1, {}};
  for (int bad = 1; bad <= 3; ++bad) {
    for (double poison : {NAN, INFINITY, -INFINITY}) {
      int calls = 0;
      const LineFunction line = [&](double t) -> LineSample {
        if (++calls == bad) return {t, poison, -1, {}};
        return {t, 1 - t, -1, {}};
      };
      const LineSearch found = strong_wolfe(line, start, 1);
      CHECK_FALSE(found.finite);
      CHECK(found.best.step == (bad == 1 ? 0 : std::pow(10, bad - 2)));
      CHECK(found.evaluations == bad);
    }
  }
}

}  // namespace
}  // namespace impasto
