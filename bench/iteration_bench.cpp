// One evaluation of the whole objective: VGG-19 forward, content and five style losses, backward to
// the picture. Verified before it is timed: at 64 pixels the losses and the gradient of the kernels
// that selection picks must be those of the reference kernels.
#include <cmath>

#include <benchmark/benchmark.h>

#include "bench/support/iteration.h"
#include "bench/support/report.h"
#include "ops/registry.h"
#include "tensor/allocator.h"
#include "tools/lab/difference.h"
#include "tools/lab/samples.h"
#include "tools/machine/fma_peak.h"

namespace impasto::bench {
namespace {

// Empty when the selected kernels give the results of the reference, else what is wrong.
std::string breach() {
  constexpr std::int64_t kSide = 64;
  Iteration fast(kSide), reference(kSide);
  for (const TableInfo& table : all_tables()) {
    reference.context().request_kernel(table.name, table.kernels.back().id);
  }
  const LossGradient got = fast.evaluate(), want = reference.evaluate();
  const double loss = std::abs(got.losses.total / want.losses.total - 1);
  const double gradient = lab::difference(got.gradient, want.gradient).frobenius;
  if (loss < 1e-5 && gradient < 1e-3) return {};
  return fmt::format("loss off by {:.1e} and gradient by {:.1e} of the reference's", loss,
                     gradient);
}

void iteration(benchmark::State& state) {
  static const std::string wrong = breach();
  if (!wrong.empty()) return state.SkipWithError(wrong.c_str());

  Iteration problem(state.range(0));
  double peak = machine::fma_peak(problem.context());
  problem.evaluate();  // packs filters
  allocator_of({}).reset_peak();
  lab::Samples samples;
  for (auto _ : state) state.SetIterationTime(samples.time([&] { problem.evaluate(); }));
  peak = std::max(peak, machine::fma_peak(problem.context()));

  const double pixels = static_cast<double>(state.range(0) * state.range(0));
  report(state, samples);
  state.counters["x_fma_peak"] = direct_macs(state.range(0)) / samples.quantile(0.5) / peak;
  state.counters["threads"] = problem.context().threads().size();
  state.counters["peak_bytes_per_pixel"] =
      static_cast<double>(allocator_of({}).stats().peak_bytes) / pixels;
}
BENCHMARK(iteration)->Arg(256)->Arg(512)->Arg(1024)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
}  // namespace impasto::bench

BENCHMARK_MAIN();
