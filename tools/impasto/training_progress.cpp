#include "tools/impasto/training_progress.h"

#include <algorithm>

#include <fmt/core.h>
#include <unistd.h>

#include "tools/impasto/progress.h"

namespace impasto::cli {
namespace {

// Of a layer: all its terms.
double sum_of(const train::LayerLosses& one) {
  return one.features + one.gram + one.geometry;
}

std::string layers_text(const train::StepReport& report) {
  std::string text;
  for (const train::LayerLosses& one : report.layers) {
    text += fmt::format("  {} {:.3f}", one.layer.substr(4), sum_of(one));
  }
  return text;
}

void follow(double& average, double value) {
  constexpr double kNew = 0.05;
  average += kNew * (value - average);
}

}  // namespace

TrainingProgress::TrainingProgress(std::int64_t first, bool quiet)
    : first_(first), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

double TrainingProgress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void TrainingProgress::stepped(const train::StepReport& report, std::int64_t steps) {
  if (smooth_.layers.empty()) smooth_ = report;
  if (!report.skipped) {
    follow(smooth_.loss, report.loss);
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
      follow(smooth_.layers[i].features, report.layers[i].features);
      follow(smooth_.layers[i].gram, report.layers[i].gram);
      follow(smooth_.layers[i].geometry, report.layers[i].geometry);
    }
  }
  const Clock::time_point now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(20);
  if (quiet_ || (shown_ != Clock::time_point{} && now - shown_ < pause)) return;
  shown_ = now;
  const std::int64_t done = report.step + 1;
  const double rate = static_cast<double>(done - first_) / std::max(seconds(), 1e-9);
  std::string line = fmt::format("{}/{}  loss {:.4f}{}  {:.2f} step/s", done,
                                 steps > 0 ? std::to_string(steps) : "?", smooth_.loss,
                                 layers_text(smooth_), rate);
  if (steps > 0) line += "  ETA " + clock_text(static_cast<double>(steps - done) / rate);
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
  line_open_ = terminal_;
}

void TrainingProgress::validated(const train::StepReport& report) {
  if (quiet_) return;
  interrupt_line();
  fmt::print(stderr, "validation after {} steps: loss {:.4f}{}\n", report.step, report.loss,
             layers_text(report));
}

void TrainingProgress::interrupt_line() {
  if (line_open_) fmt::print(stderr, "\n");
  line_open_ = false;
}

}  // namespace impasto::cli
