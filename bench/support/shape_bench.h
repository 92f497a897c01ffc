// One shape of one kernel table: operands, verification, times. Google Benchmark calls measure().
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "bench/support/compare.h"
#include "bench/support/direction.h"
#include "bench/support/stage.h"
#include "tools/machine/fma_peak.h"

namespace impasto::bench {

template <class Problem>
double macs_of(const Problem& problem) {
  if constexpr (requires { problem.macs(); }) return static_cast<double>(problem.macs());
  return 0;
}

template <class Case, class Args>
class ShapeBench {
 public:
  using Problem = typename Case::Problem;
  using OneKernel = Kernel<Problem, Args>;

  ShapeBench(const Direction<Case, Args>& direction, const ShapeLine& line, Stage& stage)
      : direction_(direction), line_(line), stage_(stage) {
    std::istringstream words(line.words);
    problem_ = Case::parse(words);
    if (!words) throw InputError(fmt::format("not a shape: {} {}", line.name, line.words));
  }

  Support can_run(const OneKernel& kernel) const {
    return can_serve(kernel, problem_, stage_.context.features());
  }

  // `error` is that of an earlier call, or negative.
  void measure(benchmark::State& state, const OneKernel& kernel, double& error) {
    const auto skip = [&](const std::string& why) { state.SkipWithError(why.c_str()); };
    const Support support = can_run(kernel);
    if (!support.ok) return skip("skipped: " + support.reason);
    if (stage_.options.out_of_time()) return skip("skipped: the time is up");
    try {
      if (error < 0) error = verify(kernel);
      if (!(error <= error_limit(kernel.info))) {
        return skip(fmt::format("off the reference by {:.1e}", error));
      }
      time(state, kernel);
    } catch (const Error& failure) {
      const bool theirs = kernel.info.backend == Backend::cuda_library;
      return skip(fmt::format("{}: {}", theirs ? "skipped" : "failed", failure.what()));
    }
    state.counters["times"] = line_.times;
    state.counters["error"] = error;
  }

 private:
  void time(benchmark::State& state, const OneKernel& kernel) {
    Context& context = stage_.context;
    if (!stage_.options.on_cpu() && !operands_) operands_ = make(problem_);
    const std::unique_ptr<Case> fresh = operands_ ? nullptr : make(problem_);
    Case& operands = operands_ ? *operands_ : *fresh;
    const auto run = [&] { run_kernel(context, kernel, problem_, direction_.args(operands)); };
    const Speed speed{macs_of(problem_), bytes(operands), 0};
    run();
    stage_.options.on_cpu() ? time_on_cpu(state, run, speed) : time_on_device(state, run, speed);
  }

  template <class Run>
  void time_on_cpu(benchmark::State& state, const Run& run, Speed speed) {
    Context& context = stage_.context;
    if (speed.macs > 0) speed.fma_peak = machine::fma_peak(context);
    Samples samples;
    for (auto _ : state) state.SetIterationTime(samples.time(run));
    if (speed.macs > 0) speed.fma_peak = std::max(speed.fma_peak, machine::fma_peak(context));
    report(state, samples, speed);
    state.counters["threads"] = context.threads().size();
  }

  // One iteration, in which all samples are taken.
  template <class Run>
  void time_on_device(benchmark::State& state, const Run& run, const Speed& speed) {
    Samples warm, cold;
    for (auto _ : state) {
      warm = stage_.timer.warm(stage_.options.samples, run);
      if (stage_.options.cold) cold = stage_.timer.cold(stage_.options.samples, run);
      state.SetIterationTime(warm.quantile(0.5));
    }
    report(state, warm, speed);
    state.counters["samples"] = static_cast<double>(warm.seconds().size());
    if (stage_.options.cold) cold.report(state, "cold_");
  }

  // Operands where the kernels run.
  std::unique_ptr<Case> make(const Problem& problem) const {
    auto operands = std::make_unique<Case>(problem);
    if (stage_.options.on_cpu()) return operands;
    for (const auto& members : {direction_.inputs, direction_.results}) {
      for (Tensor Case::*member : members) {
        Tensor& operand = (*operands).*member;
        if (operand.defined()) operand = operand.to(stage_.options.device);
      }
    }
    return operands;
  }

  // On the small problem, against the reference on the cpu.
  double verify(const OneKernel& kernel) {
    const Problem small = Case::small(problem_);
    if (!want_) {
      Context host;
      want_ = std::make_unique<Case>(small);
      run_kernel(host, direction_.table.kernels.back(), small, direction_.args(*want_));
    }
    const std::unique_ptr<Case> got = make(small);
    run_kernel(stage_.context, kernel, small, direction_.args(*got));
    double error = 0;
    for (Tensor Case::*result : direction_.results) {
      if (!((*want_).*result).defined()) continue;
      const Tensor here = ((*got).*result).to(Device{});
      error = std::max(error, difference(here, (*want_).*result).worst);
    }
    return error;
  }

  double bytes(const Case& operands) const {
    std::size_t sum = 0;
    for (const auto& members : {direction_.inputs, direction_.results}) {
      for (Tensor Case::*member : members) {
        if ((operands.*member).defined()) sum += (operands.*member).bytes();
      }
    }
    return static_cast<double>(sum);
  }

  Direction<Case, Args> direction_;
  ShapeLine line_;
  Stage& stage_;
  Problem problem_;
  std::unique_ptr<Case> want_;      // what the reference gives on the small problem, once needed
  std::unique_ptr<Case> operands_;  // on a device, for all of its kernels
};

}  // namespace impasto::bench
