#include "tools/lab/summary.h"

#include <algorithm>
#include <cmath>

namespace impasto::lab {
namespace {

struct Weighted {
  double value = 0, weight = 0;
};

// The least value that so large a share of the weight is not above.
double quantile(std::vector<Weighted> values, double share) {
  std::ranges::sort(values, {}, &Weighted::value);
  double all = 0, passed = 0;
  for (const Weighted& each : values) all += each.weight;
  for (const Weighted& each : values) {
    passed += each.weight;
    if (passed >= share * all * (1 - 1e-12)) return each.value;  // sums are rounded
  }
  return values.back().value;
}

// How much another run may differ, going by what rounds differ by.
double spread(const std::vector<double>& medians, double median) {
  std::vector<double> distances;
  for (const double each : medians) {
    distances.push_back(std::max(each / median, median / each) - 1);
  }
  std::ranges::sort(distances, std::greater());
  return 1.5 * distances[distances.size() < 5 ? 0 : 1];
}

}  // namespace

Summary summarize(const std::vector<Samples>& rounds) {
  Summary summary;
  std::vector<Weighted> all;
  std::vector<double> medians;
  for (const Samples& round : rounds) {
    const std::vector<double>& seconds = round.seconds();
    for (const double each : seconds)
      all.push_back({each, 1.0 / static_cast<double>(seconds.size())});
    if (!seconds.empty()) medians.push_back(round.quantile(0.5));
  }
  if (all.empty()) return summary;
  summary.median = quantile(medians, 0.5);
  summary.p10 = quantile(all, 0.1);
  summary.p90 = quantile(all, 0.9);
  summary.samples = static_cast<int>(all.size());
  summary.rounds = static_cast<int>(medians.size());
  for (Weighted& each : all) each.value = std::abs(each.value - summary.median);
  summary.mad = quantile(all, 0.5);
  const double of_samples =
      2 * 1.2533 * 1.4826 * summary.mad / std::sqrt(static_cast<double>(all.size()));
  summary.noise = std::max(spread(medians, summary.median), of_samples / summary.median);
  return summary;
}

}  // namespace impasto::lab
