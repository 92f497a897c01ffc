#include "tools/impasto/progress.h"

#include <algorithm>

#include <fmt/core.h>
#include <unistd.h>

namespace impasto::cli {
namespace {

double total(const std::map<std::string, double>& losses) {
  double sum = 0;
  for (const auto& [layer, loss] : losses) sum += loss;
  return sum;
}

}  // namespace

std::string clock_text(double seconds) {
  const int whole = static_cast<int>(std::min(seconds + 0.5, 359999.0));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

Progress::Progress(int iterations, bool quiet)
    : iterations_(iterations), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

void Progress::evaluated(const EvaluationRecord& record) {
  last_ = record;
  if (quiet_) return;
  const Clock::time_point now = Clock::now();
  const bool first = record.evaluation == 0;
  const int stride = std::max(1, iterations_ / 10);
  const bool due = terminal_ ? now - shown_ > std::chrono::milliseconds(100)
                             : record.iteration >= shown_iteration_ + stride ||
                                   now - shown_ > std::chrono::seconds(30);
  if (!first && !due) return;
  shown_ = now;
  show(record);
}

void Progress::show(const EvaluationRecord& record) {
  shown_iteration_ = record.iteration;
  const std::chrono::duration<double> elapsed = Clock::now() - start_;
  const int done = record.iteration + 1;
  const double rate = done / std::max(elapsed.count(), 1e-9);
  const int width = static_cast<int>(std::to_string(iterations_).size());
  std::string line =
      fmt::format("{:>{}}/{}  loss {:.5g}  content {:.4g}  style {:.4g}", done, width, iterations_,
                  record.losses.total, total(record.losses.content), total(record.losses.style));
  if (record.losses.tv != 0) line += fmt::format("  tv {:.3g}", record.losses.tv);
  line += fmt::format("  {:.2f} it/s  ETA {}", rate, clock_text((iterations_ - done) / rate));
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
  line_open_ = terminal_;
}

void Progress::interrupt_line() {
  if (line_open_) fmt::print(stderr, "\n");
  line_open_ = false;
}

void Progress::finish() {
  if (!quiet_ && last_.iteration != shown_iteration_) show(last_);
  interrupt_line();
}

}  // namespace impasto::cli
