// Two measurements of kernels, A and B: what became slower or faster by more than their noise.
//
// Rows are of the same thing when kernel, problem, threads and state of the cache are the same, and
// the device, unless each file is of one device only. A change is beyond noise when it exceeds the
// noises of both rows together, and two percent: less than that is of no interest, and a few rounds
// cannot tell it.
#pragma once

#include <string>
#include <vector>

namespace impasto::lab {

inline constexpr double kLeastChange = 0.02;

struct TimedRow {
  std::string kernel, problem, device, cache;
  int threads = 0;  // 0: the row does not say
  double median_ms = 0;
  double noise = 0;  // a share; of rows without one half the distance from p10 to p90

  std::string name() const;
};

// The rows of kernels in a file of bench/results, the last of each thing. Throws InputError with
// the line when one is no row of measurements, or when there is none.
std::vector<TimedRow> read_timed_rows(const std::string& path);

enum class Verdict { same, faster, slower };

struct Change {
  TimedRow a, b;

  double ratio() const { return b.median_ms / a.median_ms; }  // of times: 2 is half as fast
  double noise() const;                                       // what it takes to be beyond
  Verdict verdict() const;
};

struct Comparison {
  std::vector<Change> changes;  // the largest slowdown first
  std::vector<TimedRow> only_a, only_b;
  std::string device_a, device_b;  // of all rows; several are joined by "; "

  int count(Verdict verdict) const;
};
Comparison compare(const std::vector<TimedRow>& a, const std::vector<TimedRow>& b);

}  // namespace impasto::lab
