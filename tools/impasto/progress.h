// Progress of an optimisation on stderr: one line that is rewritten on a terminal, else a plain
// line now and then.
#pragma once

#include <chrono>
#include <string>

#include "style/stylize.h"

namespace impasto::cli {

std::string clock_text(double seconds);  // "1:05", "2:00:00"

class Progress {
 public:
  Progress(int iterations, bool quiet);

  void evaluated(const EvaluationRecord& record);
  void interrupt_line();  // before somebody else writes to stderr
  void finish();

 private:
  void show(const EvaluationRecord& record);

  using Clock = std::chrono::steady_clock;
  int iterations_;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  int shown_iteration_ = -1;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
  EvaluationRecord last_;
};

}  // namespace impasto::cli
