// Times as counters of Google Benchmark.
#pragma once

#include <string>

#include <benchmark/benchmark.h>

#include "tools/lab/samples.h"

namespace impasto::bench {

// median_ms, p10_ms and p90_ms; behind the prefix, if any.
inline void report(benchmark::State& state, const lab::Samples& samples,
                   const std::string& prefix = "") {
  state.counters[prefix + "median_ms"] = samples.quantile(0.5) * 1e3;
  state.counters[prefix + "p10_ms"] = samples.quantile(0.1) * 1e3;
  state.counters[prefix + "p90_ms"] = samples.quantile(0.9) * 1e3;
}

}  // namespace impasto::bench
