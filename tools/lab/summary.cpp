#include "tools/lab/summary.h"

#include <algorithm>
#include <cmath>

namespace impasto::lab {

Summary summarize(const std::vector<Samples>& rounds) {
  Summary summary;
  std::vector<double> all, medians;
  for (const Samples& round : rounds) {
    if (round.seconds().empty()) continue;
    all.insert(all.end(), round.seconds().begin(), round.seconds().end());
    medians.push_back(round.quantile(0.5));
  }
  if (all.empty()) return summary;
  summary.median = quantile(all, 0.5);
  summary.p10 = quantile(all, 0.1);
  summary.p90 = quantile(all, 0.9);
  summary.mad = median_deviation(all);
  summary.samples = static_cast<int>(all.size());
  summary.rounds = static_cast<int>(medians.size());
  std::vector<double> distances;
  for (const double median : medians) distances.push_back(std::abs(median - summary.median));
  const double of_rounds = 1.74 * quantile(distances, 0.75);
  const double of_samples =
      2 * 1.2533 * 1.4826 * summary.mad / std::sqrt(static_cast<double>(all.size()));
  summary.noise = std::max(of_rounds, of_samples) / summary.median;
  return summary;
}

}  // namespace impasto::lab
