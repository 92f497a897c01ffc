#include "bench/support/stage.h"

namespace impasto::bench {

double error_limit(const KernelInfo& info) {
  return 1e-4 + 16 * info.operand_eps;
}

void report(benchmark::State& state, const Samples& samples, const Speed& speed) {
  samples.report(state);
  const double median = samples.quantile(0.5);
  if (speed.fma_peak > 0) {
    state.counters["gmacs"] = speed.macs / median / 1e9;
    state.counters["fma_peak_gmacs"] = speed.fma_peak / 1e9;
    state.counters["peak%"] = 100 * speed.macs / median / speed.fma_peak;
    return;
  }
  if (speed.macs > 0) state.counters["gflops"] = 2 * speed.macs / median / 1e9;
  state.counters["gb_s"] = speed.bytes / median / 1e9;
}

bool belongs_to(const KernelInfo& kernel, DeviceType device) {
  if (device == DeviceType::cpu) return kernel.backend == Backend::cpu;
  return kernel.backend == Backend::gpu ||
         (kernel.backend == Backend::cuda_library && device == DeviceType::cuda);
}

}  // namespace impasto::bench
