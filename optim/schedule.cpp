#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace impasto {

double WarmupCosine::at(std::int64_t step) const {
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  const double length = static_cast<double>(std::max<std::int64_t>(1, steps - warmup));
  const double share = std::min(1.0, static_cast<double>(step - warmup) / length);
  return peak * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

}  // namespace impasto
