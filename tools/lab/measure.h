// Verify, then time: every kernel of the tables that are asked for, on the problems of a file.
//
// All tables are gone through in each of several rounds, with operands made anew on other pages of
// memory, so that a kernel's rounds lie as far apart as the run is long: what they then differ by,
// as clocks, memory and neighbours of the same host change over minutes, is what another run will
// differ by (summary.h). The first round verifies; results come with the last.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/lab/bench.h"
#include "tools/lab/peaks.h"
#include "tools/lab/summary.h"

namespace impasto::lab {

struct MeasureSettings {
  std::string filter;     // only kernels where "KERNEL on SHAPES NAME" has this
  std::string shapes;     // for all tables; empty: each its own
  bool baselines = true;  // also libraries' kernels beside those that the filter leaves
  bool cold = true;
  int rounds = 9;
  double seconds = 0.0125;  // that a round takes of each kernel, warm and cold each
};

// One kernel on one problem. Where `skipped` or `failed` says why, there are no times.
struct Measured {
  Contender kernel;
  std::string implementation;
  double error = 0;
  std::string skipped, failed;
  Summary warm, cold;
};
struct MeasuredProblem {
  std::string_view table;
  ShapeLine shape;
  std::string problem;
  Work work;
  Peaks peaks;  // of the whole run so far
  std::vector<Measured> kernels;

  // The fastest of a library that multiplies as exactly; null when there is none.
  const Measured* baseline(const Measured& kernel, Summary Measured::*cache) const;
};

struct MeasureProgress {
  std::string_view table;
  int round = 0, rounds = 0;  // the first is 1
  int done = 0, all = 0;      // kernels on problems, each round's
};
struct MeasureListener {
  std::function<void()> begin = [] {};  // nothing is wrong with what was asked for
  std::function<void(const MeasureProgress&)> at = [](const MeasureProgress&) {};
  std::function<void(const MeasuredProblem&)> measured;  // each once: its last round is done
  // Asked between kernels: yes ends it, after what was timed so far was handed over, as it is when
  // memory runs out.
  std::function<bool()> should_stop = [] { return false; };
};

// Throws InputError, before anything is timed, when the filter leaves nothing, or the shapes are no
// problems of what it leaves.
void measure(Context& context, const MeasureSettings& settings, const MeasureListener& listener);

// The same of other lists than all_benches(): for tests.
void measure(Context& context, const std::vector<OpBenches>& benches,
             const MeasureSettings& settings, const MeasureListener& listener);

}  // namespace impasto::lab
