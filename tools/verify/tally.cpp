#include "tools/verify/tally.h"

#include <algorithm>

#include <fmt/core.h>

namespace impasto::verify {

void Tally::add(const Finding& finding) {
  KernelTally& tally = kernels_[std::string(finding.kernel.id)];
  ++tally.checks;
  tally.worst = std::max(tally.worst, finding.result.worst);
  if (finding.result.ok) return;
  if (tally.failures++ == 0) {
    tally.first =
        fmt::format("{}, on {}: {}", finding.what, finding.problem, finding.result.message);
  }
}

std::int64_t Tally::failed() const {
  return std::ranges::count_if(kernels_, [](const auto& each) { return each.second.failures > 0; });
}

std::int64_t Tally::checks() const {
  std::int64_t sum = 0;
  for (const auto& [id, tally] : kernels_) sum += tally.checks;
  return sum;
}

}  // namespace impasto::verify
