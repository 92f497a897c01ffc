#include "optim/strong_wolfe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace impasto {
namespace {

bool is_finite(const LineSample& sample) {
  return std::isfinite(sample.loss) && std::isfinite(sample.slope);
}

// Minimum within [lo, hi] of the cubic through two losses and slopes; the middle if it has none.
double cubic_minimum(const LineSample& a, const LineSample& b, double lo, double hi) {
  const bool ordered = a.step <= b.step;
  const LineSample& left = ordered ? a : b;
  const LineSample& right = ordered ? b : a;
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (lo + hi) / 2;
  const double d2 = std::sqrt(square);
  const double share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  const double minimum = right.step - (right.step - left.step) * share;
  return std::isnan(minimum) ? (lo + hi) / 2 : std::clamp(minimum, lo, hi);
}

class Search {
 public:
  Search(const LineFunction& line, const LineSample& start, const StrongWolfeOptions& options)
      : line_(line), start_(start), options_(options) {}

  LineSearch run(double first_step) {
    bracket(first_step);
    if (!done_) zoom();
    return {ends_[low_], evaluations_, finite_};
  }

 private:
  // ends_ becomes an interval that holds an acceptable step, or one such step.
  void bracket(double first_step);
  void zoom();

  LineSample probe(double step);
  bool too_high(const LineSample& sample) const {
    return sample.loss > start_.loss + options_.decrease * sample.step * start_.slope;
  }
  bool flat_enough(const LineSample& sample) const {
    return std::abs(sample.slope) <= -options_.curvature * start_.slope;
  }
  bool out_of_trials() const { return evaluations_ > options_.max_trials; }
  void enclose(LineSample a, LineSample b);
  void accept(LineSample sample);
  void replace(LineSample trial);
  double next_trial();
  double width() const { return std::abs(ends_[1].step - ends_[0].step); }

  const LineFunction& line_;
  const LineSample& start_;
  const StrongWolfeOptions& options_;
  std::array<LineSample, 2> ends_;
  std::size_t low_ = 0;  // the end with the lower loss
  bool crept_ = false;   // the last trial hardly shrank the interval
  bool done_ = false;
  bool finite_ = true;
  int evaluations_ = 0;
};

LineSample Search::probe(double step) {
  ++evaluations_;
  LineSample sample = line_(step);
  if (!is_finite(sample)) {
    finite_ = false;
    done_ = true;
  }
  return sample;
}

void Search::enclose(LineSample a, LineSample b) {
  low_ = a.loss <= b.loss ? 0 : 1;
  ends_ = {std::move(a), std::move(b)};
}

void Search::accept(LineSample sample) {
  ends_[low_] = std::move(sample);
  done_ = true;
}

void Search::bracket(double first_step) {
  LineSample previous = start_;
  LineSample current = probe(first_step);
  while (!done_) {
    if (out_of_trials()) return enclose(start_, current);
    const bool rising = evaluations_ > 2 && current.loss >= previous.loss;
    if (too_high(current) || rising) return enclose(previous, current);
    if (flat_enough(current)) return accept(current);
    if (current.slope >= 0) return enclose(previous, current);
    const double lo = current.step + 0.01 * (current.step - previous.step);
    const double hi = current.step * 10;
    const double step = cubic_minimum(previous, current, lo, hi);
    previous = std::move(current);
    current = probe(step);
  }
  ends_[low_] = std::move(previous);  // the trial was not finite
}

// The cubic's minimum, kept a tenth of the interval away from its ends when trials creep there.
double Search::next_trial() {
  const auto [lo, hi] = std::minmax(ends_[0].step, ends_[1].step);
  const double step = cubic_minimum(ends_[0], ends_[1], lo, hi);
  const double margin = 0.1 * (hi - lo);
  const bool near_end = std::min(hi - step, step - lo) < margin;
  if (!near_end || !(crept_ || step >= hi || step <= lo)) {
    crept_ = near_end;
    return step;
  }
  crept_ = false;
  return std::abs(step - hi) < std::abs(step - lo) ? hi - margin : lo + margin;
}

void Search::replace(LineSample trial) {
  const std::size_t high = 1 - low_;
  if (too_high(trial) || trial.loss >= ends_[low_].loss) {
    ends_[high] = std::move(trial);
    low_ = ends_[0].loss <= ends_[1].loss ? 0 : 1;
    return;
  }
  if (flat_enough(trial)) {
    done_ = true;
  } else if (trial.slope * (ends_[high].step - ends_[low_].step) >= 0) {
    ends_[high] = std::move(ends_[low_]);
  }
  ends_[low_] = std::move(trial);
}

void Search::zoom() {
  while (!done_ && !out_of_trials()) {
    if (width() * options_.direction_max < options_.min_interval) return;
    LineSample trial = probe(next_trial());
    if (finite_) replace(std::move(trial));
  }
}

}  // namespace

LineSearch strong_wolfe(const LineFunction& line, const LineSample& start, double first_step,
                        const StrongWolfeOptions& options) {
  return Search(line, start, options).run(first_step);
}

}  // namespace impasto
