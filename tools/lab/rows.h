// Rows of bench/results: one line of JSON for each kernel, problem and state of the cache. Their
// fields are described in bench/results/README.md.
#pragma once

#include <string>
#include <vector>

#include "tools/lab/measure.h"

namespace impasto::lab {

// What all rows of a run say.
struct Origin {
  std::string device;  // "AMD EPYC"
  int cores = 0, threads = 0;
};
Origin origin_of(Context& context);

// Those that have times, and those that failed.
std::vector<std::string> rows_of(const MeasuredProblem& problem, const Origin& origin);

}  // namespace impasto::lab
