// Progress of training on stderr: one line that is rewritten on a terminal, else a plain line now
// and then.
#pragma once

#include <chrono>

#include "tools/train/trainer.h"

namespace impasto::cli {

class TrainingProgress {
 public:
  // first: the steps that a resumed run had done already.
  TrainingProgress(std::int64_t first, bool quiet);

  // steps: of the whole run; 0: not known yet.
  void stepped(const train::StepReport& report, std::int64_t steps);
  void validated(const train::StepReport& report);
  void interrupt_line();  // before somebody else writes to stderr

  double seconds() const;  // since the start

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t first_;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  train::StepReport smooth_;  // a moving average
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_{};
};

}  // namespace impasto::cli
