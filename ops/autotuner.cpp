#include "ops/autotuner.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "tensor/allocator.h"
#include "tensor/error.h"

namespace impasto {
namespace {

constexpr double kProblemSeconds = 1;    // for all rivals together
constexpr double kHopeless = 3;          // times the fastest
constexpr double kGain = 0.05;           // of the first choice's time, or it stays
constexpr int kSamples = 5;              // of which the fastest counts
constexpr double kSamplesSeconds = 0.2;  // and no more are taken after that
constexpr double kSampleSeconds = 5e-4;  // short runs are timed together
constexpr double kMostRuns = 50;
constexpr double kNever = std::numeric_limits<double>::infinity();

// A kernel that came, went or changed its place in the table makes an old choice worthless.
bool same_rivals(const TunedChoice& choice, std::span<const std::string_view> rivals) {
  return std::ranges::equal(choice.rivals, rivals, {}, &TunedChoice::Timing::kernel);
}

std::size_t number_of(const TunedChoice& choice) {
  const auto found = std::ranges::find(choice.rivals, choice.kernel, &TunedChoice::Timing::kernel);
  return found == choice.rivals.end() ? 0 : static_cast<std::size_t>(found - choice.rivals.begin());
}

std::size_t winner(const std::vector<TunedChoice::Timing>& rivals) {
  const auto fastest = std::ranges::min_element(rivals, {}, &TunedChoice::Timing::seconds);
  const bool gains = fastest->seconds < (1 - kGain) * rivals.front().seconds;
  return gains ? static_cast<std::size_t>(fastest - rivals.begin()) : 0;
}

}  // namespace

Autotuner::Autotuner(TunedChoices known, Stopwatch stopwatch)
    : choices_(std::move(known)), stopwatch_(std::move(stopwatch)) {}

std::size_t Autotuner::choose(Context& context, const std::string& problem,
                              std::span<const std::string_view> rivals, const Prepare& prepare) {
  const auto known = choices_.find(problem);
  if (known != choices_.end() && same_rivals(known->second, rivals)) {
    if (met_.insert(problem).second) {
      ++report_.known;
      report_.changed += known->second.differs() ? 1 : 0;
    }
    return number_of(known->second);
  }
  // What is recorded does not run.
  if (allocator_of(context.device()).graphs().recording()) return 0;
  TunedChoice choice;
  for (const std::string_view id : rivals) choice.rivals.push_back({std::string(id), kNever});
  const double before = report_.seconds;  // a run may have a choice inside, and its time
  const auto begin = std::chrono::steady_clock::now();
  const bool measured = measure(context, choice, prepare);
  report_.seconds =
      before + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!measured) return 0;
  ++report_.measured;
  report_.changed += choice.differs() ? 1 : 0;
  met_.insert(problem);
  return number_of(choices_.insert_or_assign(problem, std::move(choice)).first->second);
}

// False where the first choice itself could not be tried.
bool Autotuner::measure(Context& context, TunedChoice& choice, const Prepare& prepare) {
  double best = kNever, left = kProblemSeconds;
  const auto try_out = [&](std::size_t i) {
    double& seconds = choice.rivals[i].seconds;
    try {
      seconds = std::min(seconds, time(context, prepare(i), best, left));
      return true;
    } catch (const Error&) {  // no memory for its scratch, or a library that has no engine
      return false;
    }
  };
  for (std::size_t i = 0; i < choice.rivals.size() && left > 0; ++i) {
    if (!try_out(i) && i == 0) return false;
    best = std::min(best, choice.rivals[i].seconds);
  }
  // What else the machine did may have slowed the first one down only: a return match.
  if (const std::size_t fastest = winner(choice.rivals); fastest != 0) {
    best = kNever;
    for (const std::size_t i : {std::size_t{0}, fastest}) try_out(i);
  }
  choice.kernel = choice.rivals[winner(choice.rivals)].kernel;
  return true;
}

double Autotuner::time(Context& context, const std::function<void()>& run, double best,
                       double& left) {
  const auto timed = [&](int runs) {
    const double seconds = stopwatch_(context, [&] {
      for (int i = 0; i < runs; ++i) run();
    });
    left -= seconds;
    return seconds / runs;
  };
  timed(1);  // caches fill, libraries start
  const double once = timed(1);
  if (once > kHopeless * best) return once;
  const int runs = static_cast<int>(std::clamp(kSampleSeconds / once, 1.0, kMostRuns));
  double fastest = once;  // what disturbs a run makes it slower, never faster
  const double enough = std::max(left - kSamplesSeconds, 0.0);
  for (int i = 0; i < kSamples && left > enough; ++i) fastest = std::min(fastest, timed(runs));
  return fastest;
}

}  // namespace impasto
