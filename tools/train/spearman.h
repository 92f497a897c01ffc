// Spearman's rank correlation: do two lists order things alike?
#pragma once

#include <span>

namespace impasto::train {

// In [-1, 1]; equal values share the mean of their ranks. NaN for lists without variation. Throws
// Error when the lengths differ.
double spearman(std::span<const double> a, std::span<const double> b);

}  // namespace impasto::train
