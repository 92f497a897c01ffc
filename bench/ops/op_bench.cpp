#include "bench/ops/op_bench.h"

#include <algorithm>

#include <benchmark/benchmark.h>

#include "bench/support/program.h"
#include "bench/support/report.h"
#include "tools/lab/bench.h"
#include "tools/lab/launch_timer.h"
#include "tools/machine/fma_peak.h"

namespace impasto::bench {
namespace {

// What the benchmarks of the program share.
class Stage {
 public:
  explicit Stage(const RunOptions& wanted)
      : options(wanted), context({.device = wanted.device}), timer(context) {}

  // Operands of one problem at a time.
  void enter(lab::Bench* bench) {
    if (here_ != nullptr && here_ != bench) here_->release();
    here_ = bench;
  }

  RunOptions options;
  Context context;
  lab::LaunchTimer timer;

 private:
  lab::Bench* here_ = nullptr;
};

void time_on_cpu(benchmark::State& state, Stage& stage, const std::function<void()>& run,
                 const lab::Work& work) {
  double peak = work.macs > 0 ? machine::fma_peak(stage.context) : 0;
  lab::Samples samples;
  for (auto _ : state) state.SetIterationTime(samples.time(run));
  report(state, samples);
  state.counters["threads"] = stage.context.threads().size();
  if (work.macs == 0) {
    state.counters["gb_s"] = work.bytes / samples.quantile(0.5) / 1e9;
    return;
  }
  peak = std::max(peak, machine::fma_peak(stage.context));
  const double speed = work.macs / samples.quantile(0.5);
  state.counters["gmacs"] = speed / 1e9;
  state.counters["fma_peak_gmacs"] = peak / 1e9;
  state.counters["peak%"] = 100 * speed / peak;
}

// One iteration, in which all samples are taken.
void time_on_device(benchmark::State& state, Stage& stage, const std::function<void()>& run,
                    const lab::Work& work) {
  const lab::Budget budget{.most = stage.options.samples};
  lab::Samples warm, cold;
  for (auto _ : state) {
    warm = stage.timer.warm(budget, run);
    if (stage.options.cold) cold = stage.timer.cold(budget, run);
    state.SetIterationTime(warm.quantile(0.5));
  }
  const double median = warm.quantile(0.5);
  report(state, warm);
  if (work.macs > 0) state.counters["gflops"] = 2 * work.macs / median / 1e9;
  state.counters["gb_s"] = work.bytes / median / 1e9;
  state.counters["samples"] = static_cast<double>(warm.seconds().size());
  if (stage.options.cold) report(state, cold, "cold_");
}

// Verified before it is timed. `error` is that of an earlier call, or negative.
void measure(benchmark::State& state, Stage& stage, lab::Bench& bench, std::size_t which,
             double& error) {
  const KernelInfo& info = bench.contenders()[which].info;
  const auto skip = [&](const std::string& why) { state.SkipWithError(why.c_str()); };
  const Support support = bench.can_run(which);
  if (!support.ok) return skip("skipped: " + support.reason);
  if (stage.options.out_of_time()) return skip("skipped: the time is up");
  try {
    if (error < 0) error = bench.error(which);
    if (!(error <= lab::error_limit(info))) {
      return skip(fmt::format("off the reference by {:.1e}", error));
    }
    stage.enter(&bench);
    const auto time = stage.options.on_cpu() ? time_on_cpu : time_on_device;
    time(state, stage, bench.prepare(which).run, bench.work());
  } catch (const Error& failure) {
    const bool theirs = info.backend == Backend::cuda_library;
    return skip(fmt::format("{}: {}", theirs ? "skipped" : "failed", failure.what()));
  }
  state.counters["times"] = bench.shape().times;
  state.counters["error"] = error;
}

void add(Stage& stage, std::shared_ptr<lab::Bench> bench, std::size_t which) {
  const auto& [info, role] = bench->contenders()[which];
  if (role == lab::Role::reference) return;
  if (role == lab::Role::baseline && info.backend == Backend::cpu) return;
  if (stage.options.on_cpu() && !bench->can_run(which).ok) return;
  const std::string name = fmt::format("{}/{}", info.id, bench->shape().name);
  auto* added = benchmark::RegisterBenchmark(
      name.c_str(), [&stage, bench, which, error = -1.0](benchmark::State& state) mutable {
        measure(state, stage, *bench, which, error);
      });
  added->Unit(benchmark::kMillisecond)->UseManualTime();
  if (!stage.options.on_cpu()) added->Iterations(1);
}

void add_table(Stage& stage, const lab::TableBench& table,
               const std::vector<lab::ShapeLine>& lines) {
  std::vector<std::shared_ptr<lab::Bench>> benches;
  for (const lab::ShapeLine& line : lines) benches.push_back(table.open(stage.context, line));
  const std::size_t kernels = benches.front()->contenders().size();
  for (std::size_t i = 0; i < benches.size() * kernels; ++i) {
    const bool by_shape = !stage.options.on_cpu();
    add(stage, benches[by_shape ? i / kernels : i % benches.size()],
        by_shape ? i % kernels : i / benches.size());
  }
}

}  // namespace

int run_op_benches(std::string_view op, int argc, char** argv) {
  std::unique_ptr<Stage> stage;
  return run_program(argc, argv, [&](const RunOptions& options) {
    stage = std::make_unique<Stage>(options);
    for (const lab::OpBenches& benches : lab::all_benches()) {
      if (benches.op != op) continue;
      for (const lab::TableBench& table : benches.tables) {
        const std::string file =
            options.shapes.empty() ? std::string(table.shapes) : options.shapes;
        add_table(*stage, table, lab::read_shapes(file));
      }
    }
  });
}

}  // namespace impasto::bench
