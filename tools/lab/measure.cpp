#include "tools/lab/measure.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "tools/lab/plan.h"

namespace impasto::lab {
namespace {

// What plain loops are timed on: about a tenth of a second each.
constexpr double kReferenceMacs = 5e7, kReferenceBytes = 16 << 20;

bool is_small(const Work& work) {
  return work.macs <= kReferenceMacs && work.bytes <= kReferenceBytes;
}

// Of libraries' threads, which spin for a moment after their work, beside what is timed next.
void let_threads_sleep() {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// Our memory is kept between uses, and the same requests get the same pages: while this is held,
// operands lie on others than in any other round.
Tensor displace_operands(Device device, int round) {
  constexpr std::int64_t kStep = (768 << 10) + 4096;
  return Tensor::empty({round * kStep}, DType::u8, device);
}

MeasuredProblem result_of(const PlannedProblem& problem, const Peaks& peaks) {
  MeasuredProblem result{
      problem.table, problem.bench->shape(), problem.bench->problem(), problem.work, peaks, {}};
  for (const Series& series : problem.kernels) {
    if (series.can_be_timed() && series.warm.empty()) continue;  // it was not reached
    Measured measured = series.measured;
    if (series.can_be_timed()) {
      measured.warm = summarize(series.warm);
      measured.cold = summarize(series.cold);
    }
    result.kernels.push_back(measured);
  }
  return result;
}

class Measuring {
  using Clock = std::chrono::steady_clock;

 public:
  Measuring(Context& context, const MeasureSettings& settings, const MeasureListener& listener,
            std::vector<PlannedProblem> problems)
      : context_(context),
        settings_(settings),
        listener_(listener),
        timer_(context),
        problems_(std::move(problems)) {
    progress_.rounds = settings.rounds;
    for (const PlannedProblem& problem : problems_) {
      progress_.all += settings.rounds * static_cast<int>(problem.kernels.size());
    }
  }

  void run() {
    try {
      while (progress_.round < progress_.rounds && !stop()) {
        ++progress_.round;
        run_round();
      }
    } catch (const OutOfMemory&) {
      hand_over_rest();
      throw;
    }
    hand_over_rest();
  }

 private:
  void run_round() {
    const Tensor held = displace_operands(context_.device(), progress_.round);
    for (PlannedProblem& problem : problems_) {
      if (problem.table != progress_.table) look_at_peaks();
      progress_.table = problem.table;
      run(problem);
      if (stopped_) return;
      if (progress_.round == progress_.rounds) hand_over_next();
    }
  }

  // Before each table, but not more often than every few seconds.
  void look_at_peaks() {
    if (peaks_.bytes > 0 && Clock::now() - looked_ < std::chrono::seconds(3)) return;
    peaks_.raise(measure_peaks(context_, timer_));
    looked_ = Clock::now();
  }

  bool stop() { return stopped_ = stopped_ || listener_.should_stop(); }

  // One round of all its kernels.
  void run(PlannedProblem& problem) {
    if (stop()) return;
    problem.work = problem.bench->work();
    for (Series& series : problem.kernels) {
      if (stop()) break;
      listener_.at(progress_);
      ++progress_.done;
      attempt(problem, series);
    }
    problem.bench->release();
  }

  void attempt(PlannedProblem& problem, Series& series) {
    Measured& measured = series.measured;
    if (!series.can_be_timed()) return;
    const bool library = measured.kernel.role == Role::baseline;
    try {
      if (series.warm.empty()) verify(problem, series);
      if (series.can_be_timed()) time(*problem.bench, series);
    } catch (const OutOfMemory&) {
      throw;
    } catch (const Error& error) {
      (library ? measured.skipped : measured.failed) = error.what();
    }
    if (library && context_.device().type == DeviceType::cpu) let_threads_sleep();
  }

  void verify(PlannedProblem& problem, Series& series) {
    Measured& measured = series.measured;
    const Support support = problem.bench->can_run(series.which);
    if (!support.ok) {
      measured.skipped = support.reason;
    } else if (measured.kernel.role == Role::reference && !is_small(problem.work)) {
      measured.skipped = "plain loops are timed on small problems only";
    } else {
      measured.error = problem.bench->error(series.which);
      if (measured.error <= error_limit(measured.kernel.info)) return;
      measured.failed = fmt::format("off the reference by {:.1e}", measured.error);
    }
  }

  void time(Bench& bench, Series& series) {
    const Prepared prepared = bench.prepare(series.which);
    series.measured.implementation = prepared.implementation;
    const bool emulated = context_.device().type == DeviceType::simt;  // one is as good as many
    const Budget budget{.least = 1, .most = emulated ? 1 : 50, .seconds = settings_.seconds};
    series.warm.push_back(timer_.warm(budget, prepared.run));
    if (settings_.cold) series.cold.push_back(timer_.cold(budget, prepared.run, prepared.threads));
    wait_for(context_);
  }

  // Nothing of a problem whose kernels were not reached.
  void hand_over_next() {
    const MeasuredProblem result = result_of(problems_[handed_over_++], peaks_);
    if (!result.kernels.empty()) listener_.measured(result);
  }

  void hand_over_rest() {
    while (handed_over_ < problems_.size()) hand_over_next();
  }

  Context& context_;
  const MeasureSettings& settings_;
  const MeasureListener& listener_;
  LaunchTimer timer_;
  std::vector<PlannedProblem> problems_;
  std::size_t handed_over_ = 0;  // of them, from the first
  Peaks peaks_;
  Clock::time_point looked_;
  MeasureProgress progress_;
  bool stopped_ = false;
};

}  // namespace

const Measured* MeasuredProblem::baseline(const Measured& kernel, Summary Measured::*cache) const {
  const Measured* best = nullptr;
  for (const Measured& each : kernels) {
    if (each.kernel.role != Role::baseline || (each.*cache).samples == 0) continue;
    if (math_of(each.kernel.info) != math_of(kernel.kernel.info)) continue;
    if (best == nullptr || (each.*cache).median < (best->*cache).median) best = &each;
  }
  return best;
}

void measure(Context& context, const std::vector<OpBenches>& benches,
             const MeasureSettings& settings, const MeasureListener& listener) {
  std::vector<PlannedProblem> problems = plan(context, benches, settings);
  listener.begin();
  Measuring(context, settings, listener, std::move(problems)).run();
}

void measure(Context& context, const MeasureSettings& settings, const MeasureListener& listener) {
  measure(context, all_benches(), settings, listener);
}

}  // namespace impasto::lab
