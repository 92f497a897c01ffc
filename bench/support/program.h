// A program of benchmarks: what it is asked on its command line.
//
//   relu_bench [SHAPES] [--device cpu|simt|cuda:N] [--samples N] [--cold] [--seconds S]
//              [Google Benchmark's flags]
//
//   SHAPES     a path, or the name of a file of bench/shapes; default: of each table its own
//   --device   where kernels run: those that can, each verified against the cpu's reference. On
//              cuda they are timed with its events; on simt, the host executor, times mean nothing
//   --samples  times taken of each kernel on simt and cuda; default 20
//   --cold     each also with a second-level cache that holds none of its operands; on cuda
//   --seconds  a benchmark that has not begun by then is skipped
//
// A kernel of the device that cannot run a shape is reported as an error "skipped: why".
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tensor/device.h"

namespace impasto::bench {

struct RunOptions {
  using Clock = std::chrono::steady_clock;

  std::string shapes;  // empty: not given
  Device device;
  int samples = 20;
  bool cold = false;
  Clock::time_point end = Clock::time_point::max();

  bool on_cpu() const { return device.type == DeviceType::cpu; }
  bool out_of_time() const { return Clock::now() >= end; }
};

RunOptions parse_run_options(const std::vector<std::string>& words);  // throws InputError

// Initialises Google Benchmark, lets `add` register benchmarks, and runs them. Returns the exit
// status.
using AddBenchmarks = std::function<void(const RunOptions& options)>;
int run_program(int argc, char** argv, const AddBenchmarks& add);

}  // namespace impasto::bench
