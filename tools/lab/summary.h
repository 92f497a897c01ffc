// What is said of a kernel's times, taken in several rounds with other work between them.
//
// Samples in a row agree with each other better than with those of a minute later: another clock,
// other pages, another guest of the same host. So rounds, not samples, are what is independent: the
// median is that of the rounds' medians, and in the quantiles each round weighs as much as another,
// though a fast one had time for more samples.
//
// Noise is how far the median of another run may be, as a share of this one's. It is the larger of
//
//   1.5 times the ratio, less 1, to the round that is furthest from the median, either way, but for
//   one that something else may have spoiled; of fewer than five rounds none is left out
//
//   2 * 1.2533 * 1.4826 MAD of the samples / sqrt(samples): two standard errors of a median
//
// It is wide because rounds often have two speeds, not one: where three of nine are slow, another
// run may have five, and its median is the slow one's, so the noise must reach there. An error of
// the median by the theory of a normal scatter would not. Of two simulated runs of nine rounds each
// with normal, long-tailed or two-valued scatter, fewer than one in 1000 differ by more than both
// noises; of five rounds up to one in 14. What stays as it is for longer than a run is not seen.
#pragma once

#include <vector>

#include "tools/lab/samples.h"

namespace impasto::lab {

struct Summary {
  double median = 0, p10 = 0, p90 = 0, mad = 0;  // seconds
  double noise = 0;                              // a share of the median
  int samples = 0, rounds = 0;
};

// Of rounds that have samples; the others are left out.
Summary summarize(const std::vector<Samples>& rounds);

}  // namespace impasto::lab
