#include "tools/lab/measure.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace impasto::lab {
namespace {

// What plain loops are timed on: about a tenth of a second each.
constexpr double kReferenceMacs = 5e7, kReferenceBytes = 16 << 20;

struct Series {
  std::size_t which;
  Measured measured;
  std::vector<Samples> warm, cold;

  bool can_be_timed() const { return measured.skipped.empty() && measured.failed.empty(); }
};

struct Problem {
  std::unique_ptr<Bench> bench;
  Work work;
  std::vector<Series> kernels;
};

struct Table {
  std::string_view name;
  std::vector<Problem> problems;
};

bool matches(const MeasureSettings& settings, const KernelInfo& kernel, const ShapeLine& shape) {
  return fmt::format("{} on {}", kernel.id, shape.problem()).find(settings.filter) !=
         std::string::npos;
}

bool is_small(const Work& work) {
  return work.macs <= kReferenceMacs && work.bytes <= kReferenceBytes;
}

// The contenders that the filter leaves, and whom they are measured by.
Problem plan_problem(const MeasureSettings& settings, std::unique_ptr<Bench> bench) {
  Problem problem{std::move(bench), {}, {}};
  const std::vector<Contender>& all = problem.bench->contenders();
  for (std::size_t which = 0; which < all.size(); ++which) {
    const bool library = all[which].role == Role::baseline;
    const bool named = matches(settings, all[which].info, problem.bench->shape());
    if (library ? !settings.baselines : !named) continue;
    Series series{which, {}, {}, {}};
    series.measured.kernel = all[which];
    problem.kernels.push_back(series);
  }
  const auto ours = [](const Series& series) {
    return series.measured.kernel.role != Role::baseline;
  };
  if (std::ranges::none_of(problem.kernels, ours) && !settings.filter.empty()) {
    std::erase_if(problem.kernels, [&](const Series& series) {
      return !matches(settings, series.measured.kernel.info, problem.bench->shape());
    });
  }
  return problem;
}

Table plan_table(Context& context, const MeasureSettings& settings, const TableBench& table) {
  Table planned{table.table, {}};
  const auto shapes =
      read_shapes(settings.shapes.empty() ? std::string(table.shapes) : settings.shapes);
  for (const ShapeLine& shape : shapes) {
    const auto named = [&](const KernelInfo& kernel) {
      return belongs_to(kernel, context.device().type) && matches(settings, kernel, shape);
    };
    if (std::ranges::none_of(table.kernels, named)) continue;
    Problem problem = plan_problem(settings, table.open(context, shape));
    if (!problem.kernels.empty()) planned.problems.push_back(std::move(problem));
  }
  return planned;
}

// Of libraries' threads, which spin for a moment after their work, beside what is timed next.
void let_threads_sleep() {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

class Measuring {
  using Clock = std::chrono::steady_clock;

 public:
  Measuring(Context& context, const MeasureSettings& settings, const MeasureListener& listener)
      : context_(context), settings_(settings), listener_(listener), timer_(context) {}

  void run(std::vector<Table>& tables) {
    for (const Table& table : tables) progress_.all += count(table);
    for (Table& table : tables) {
      progress_.table = table.name;
      look_at_peaks();
      for (int round = 0; round < settings_.rounds && !stop(); ++round) {
        for (Problem& problem : table.problems) run(problem);
      }
      look_at_peaks();
      for (const Problem& problem : table.problems) hand_over(table, problem);
      if (stop()) return;
      table.problems.clear();
    }
  }

 private:
  int count(const Table& table) const {
    int kernels = 0;
    for (const Problem& problem : table.problems)
      kernels += static_cast<int>(problem.kernels.size());
    return kernels * settings_.rounds;
  }

  // Before and after each table, but not more often than every few seconds.
  void look_at_peaks() {
    if (peaks_.bytes > 0 && Clock::now() - looked_ < std::chrono::seconds(3)) return;
    peaks_.raise(measure_peaks(context_, timer_));
    looked_ = Clock::now();
  }

  bool stop() { return stopped_ = stopped_ || listener_.should_stop(); }

  // One round of all its kernels.
  void run(Problem& problem) {
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

  void attempt(Problem& problem, Series& series) {
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

  void verify(Problem& problem, Series& series) {
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

  void hand_over(const Table& table, const Problem& problem) {
    MeasuredProblem result{
        table.name, problem.bench->shape(), problem.bench->problem(), problem.work, peaks_, {}};
    for (const Series& series : problem.kernels) {
      if (series.can_be_timed() && series.warm.empty()) continue;  // it was not reached
      Measured measured = series.measured;
      measured.warm = summarize(series.warm);
      measured.cold = summarize(series.cold);
      result.kernels.push_back(measured);
    }
    if (!result.kernels.empty()) listener_.measured(result);
  }

  Context& context_;
  const MeasureSettings& settings_;
  const MeasureListener& listener_;
  LaunchTimer timer_;
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
  std::vector<Table> tables;
  for (const OpBenches& op : benches) {
    for (const TableBench& table : op.tables) {
      tables.push_back(plan_table(context, settings, table));
      if (tables.back().problems.empty()) tables.pop_back();
    }
  }
  if (tables.empty()) {
    throw InputError(fmt::format("--filter \"{}\": no kernel of {} on no shape has this",
                                 settings.filter, to_string(context.device())));
  }
  listener.begin();
  Measuring(context, settings, listener).run(tables);
}

void measure(Context& context, const MeasureSettings& settings, const MeasureListener& listener) {
  measure(context, all_benches(), settings, listener);
}

}  // namespace impasto::lab
