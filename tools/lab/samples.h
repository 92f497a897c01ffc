// Times of repeated runs: a median and how far they scatter, never a mean.
#pragma once

#include <string>
#include <vector>

namespace impasto::lab {

// Of the sorted values, the nearest; 0 when there are none.
double quantile(std::vector<double> values, double share);

// The median distance from the median: half of the values are nearer to it.
double median_deviation(const std::vector<double>& values);

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
  double quantile(double share) const { return lab::quantile(seconds_, share); }

 private:
  static double now();

  std::vector<double> seconds_;
};

}  // namespace impasto::lab
