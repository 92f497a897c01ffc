// What the benchmarks of a program share: where they run, and how they judge and report.
#pragma once

#include <benchmark/benchmark.h>

#include "bench/support/launch_timer.h"
#include "bench/support/program.h"
#include "ops/kernel_info.h"

namespace impasto::bench {

struct Stage {
  explicit Stage(const RunOptions& wanted)
      : options(wanted), context({.device = wanted.device}), timer(context) {}

  RunOptions options;
  Context context;
  LaunchTimer timer;
};

// How far a kernel may be from the reference and still be a kernel of the op: one that rounds its
// operands is as far as those roundings take it.
double error_limit(const KernelInfo& info);

// What a run says of its speed besides its times.
struct Speed {
  double macs = 0;
  double bytes = 0;
  double fma_peak = 0;  // of the cpu
};
void report(benchmark::State& state, const Samples& samples, const Speed& speed);

// Is it a kernel that the device would run, if it could serve the problem?
bool belongs_to(const KernelInfo& kernel, DeviceType device);

}  // namespace impasto::bench
