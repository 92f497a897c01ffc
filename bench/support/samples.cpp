#include "bench/support/samples.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace impasto::bench {

double Samples::now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

double Samples::quantile(double share) const {
  if (seconds_.empty()) return 0;
  std::vector<double> sorted = seconds_;
  std::sort(sorted.begin(), sorted.end());
  const double last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(share * last))];
}

void Samples::report(benchmark::State& state, const std::string& prefix) const {
  state.counters[prefix + "median_ms"] = quantile(0.5) * 1e3;
  state.counters[prefix + "p10_ms"] = quantile(0.1) * 1e3;
  state.counters[prefix + "p90_ms"] = quantile(0.9) * 1e3;
}

}  // namespace impasto::bench
