// What a filter leaves of all tables, and the times that it gets.
#pragma once

#include <memory>
#include <vector>

#include "tools/lab/measure.h"

namespace impasto::lab {

// One kernel on one problem, and its times of each round.
struct Series {
  std::size_t which = 0;  // of the bench's contenders
  Measured measured;
  std::vector<Samples> warm, cold;

  bool can_be_timed() const { return measured.skipped.empty() && measured.failed.empty(); }
};

struct PlannedProblem {
  std::string_view table;
  std::unique_ptr<Bench> bench;
  Work work;
  std::vector<Series> kernels;
};

// In the order of the tables and their shapes. Throws InputError when the filter leaves nothing, or
// the shapes are no problems of what it leaves.
std::vector<PlannedProblem> plan(Context& context, const std::vector<OpBenches>& benches,
                                 const MeasureSettings& settings);

}  // namespace impasto::lab
