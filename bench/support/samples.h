// Times of repeated runs: a median and how far they scatter, never a mean.
#pragma once

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace impasto::bench {

class Samples {
 public:
  // Runs body once and keeps its time. Seconds.
  template <class Body>
  double time(Body body) {
    const double start = now();
    body();
    seconds_.push_back(now() - start);
    return seconds_.back();
  }

  void add(double seconds) { seconds_.push_back(seconds); }

  const std::vector<double>& seconds() const { return seconds_; }
  double quantile(double share) const;  // nearest; 0 when there are no samples

  // median_ms, p10_ms and p90_ms; behind the prefix, if any.
  void report(benchmark::State& state, const std::string& prefix = "") const;

 private:
  static double now();

  std::vector<double> seconds_;
};

}  // namespace impasto::bench
