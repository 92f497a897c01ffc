// What is said of a kernel's times, taken in several rounds with other work between them.
//
// Samples in a row agree with each other better than with those of a minute later: another clock,
// other pages, another guest of the same host. So the noise that is printed looks at both. It is
// the larger of
//
//   1.74 times the distance from the median that three in four of the rounds' medians keep: two
//   standard deviations of a round, were rounds normal
//
//   2 * 1.2533 * 1.4826 MAD of the samples / sqrt(samples): two standard errors of a median
//
// as a share of the median: how far the median of another run may be. The first is of one round,
// though the median is of all, because so few rounds tell little of their own scatter. Neither is
// moved by a round that something else spoiled, as the median is not. Two runs agree when their
// medians differ by no more than their noises together.
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
