// From an op's tables and a file of shapes to benchmarks, one a kernel and shape: each is verified
// against the reference kernel before it is timed. A program gives what bench/support/direction.h
// asks for, and is
//
//   return run_ops(argc, argv, "maps_256.txt", direction<Case>(...), direction<Case>(...));
#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/support/compare.h"
#include "bench/support/direction.h"
#include "bench/support/fma_peak.h"
#include "bench/support/samples.h"

namespace impasto::bench {

// A line of a shapes file: name, times, and the words behind them. `times` is how often the network
// has the shape.
struct ShapeLine {
  std::string name;
  int times = 1;
  std::string words;
};

// Initialises Google Benchmark, lets `add` register benchmarks for the lines of the shapes file,
// which is the first argument or bench/shapes/SHAPES, and runs them. Returns the exit status.
int run_program(int argc, char** argv, const char* shapes,
                const std::function<void(const std::vector<ShapeLine>&)>& add);

// How far a kernel may be from the reference and still be a kernel of the op: an id that ends in a
// 16-bit type rounds like one.
double error_limit(const KernelInfo& info);

// What a run says of its speed besides its times.
struct Speed {
  double macs = 0;
  double bytes = 0;
  double fma_peak = 0;
};
void report(benchmark::State& state, const Samples& samples, const Speed& speed);

template <class Case>
double macs_of(const typename Case::Problem& problem) {
  if constexpr (requires { Case::macs(problem); }) return Case::macs(problem);
  return 0;
}

// One shape of one direction, for all of its kernels.
template <class Case, class Args>
class Bench {
 public:
  using Problem = typename Case::Problem;
  using OneKernel = Kernel<Problem, Args>;

  Bench(const Direction<Case, Args>& direction, const ShapeLine& line)
      : direction_(direction), line_(line) {
    std::istringstream words(line.words);
    problem_ = Case::parse(words);
    if (!words) throw InputError(fmt::format("not a shape: {} {}", line.name, line.words));
  }

  const Problem& problem() const { return problem_; }

  void measure(benchmark::State& state, const OneKernel& kernel, double& error) {
    Context context;
    if (error < 0) error = verify(context, kernel);
    if (!(error <= error_limit(kernel.info))) {
      return state.SkipWithError(fmt::format("off the reference by {:.1e}", error).c_str());
    }
    Case operands(problem_);
    Speed speed{macs_of<Case>(problem_), bytes(operands), 0};
    const auto run = [&] { run_kernel(context, kernel, problem_, direction_.args(operands)); };
    run();
    if (speed.macs > 0) speed.fma_peak = fma_peak(context);
    Samples samples;
    for (auto _ : state) state.SetIterationTime(samples.time(run));
    if (speed.macs > 0) speed.fma_peak = std::max(speed.fma_peak, fma_peak(context));
    report(state, samples, speed);
    state.counters["times"] = line_.times;
    state.counters["error"] = error;
    state.counters["threads"] = context.threads().size();
  }

 private:
  double verify(Context& context, const OneKernel& kernel) {
    const Problem small = Case::small(problem_);
    if (!want_) {
      want_ = std::make_unique<Case>(small);
      run_kernel(context, direction_.table.kernels.back(), small, direction_.args(*want_));
    }
    Case got(small);
    run_kernel(context, kernel, small, direction_.args(got));
    double error = 0;
    for (Tensor Case::*result : direction_.results) {
      error = std::max(error, difference(got.*result, (*want_).*result).worst);
    }
    return error;
  }

  double bytes(const Case& operands) const {
    std::size_t sum = 0;
    for (Tensor Case::*input : direction_.inputs) sum += (operands.*input).bytes();
    for (Tensor Case::*result : direction_.results) sum += (operands.*result).bytes();
    return static_cast<double>(sum);
  }

  Direction<Case, Args> direction_;
  ShapeLine line_;
  Problem problem_;
  std::unique_ptr<Case> want_;  // what the reference gives on the small problem, once needed
};

template <class Case, class Args>
void add_direction(const Direction<Case, Args>& direction, const std::vector<ShapeLine>& lines) {
  std::vector<std::shared_ptr<Bench<Case, Args>>> shapes;
  for (const ShapeLine& line : lines) {
    shapes.push_back(std::make_shared<Bench<Case, Args>>(direction, line));
  }
  const auto kernels = direction.table.kernels;
  for (const auto& kernel : kernels.first(kernels.size() - 1)) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      if (!can_serve(kernel, shapes[i]->problem(), host_features()).ok) continue;
      const auto run = [&kernel, shape = shapes[i], error = -1.0](benchmark::State& state) mutable {
        shape->measure(state, kernel, error);
      };
      benchmark::RegisterBenchmark(fmt::format("{}/{}", kernel.info.id, lines[i].name).c_str(), run)
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
    }
  }
}

template <class... Directions>
int run_ops(int argc, char** argv, const char* shapes, const Directions&... directions) {
  return run_program(argc, argv, shapes, [&](const std::vector<ShapeLine>& lines) {
    (add_direction(directions, lines), ...);
  });
}

}  // namespace impasto::bench
