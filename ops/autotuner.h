// Which kernel is fastest here, found out by trying. Selection stays the pure function that it is:
// launch() asks a tuner, where the context has one, which of its first choice's rivals to run
// instead.
//
//   Autotuner tuner;
//   context.set_autotuner(&tuner);  // nullptr again before the tuner goes
//
// A problem is measured when it is first met, and never again by this tuner or by one that knows
// its choices: from then on the same calls give the same bits. Another kernel may round otherwise
// in the last place, so what is chosen is part of what a result depends on; that is why nothing is
// tuned unless somebody asks for it.
//
// Not on simt: what its executor takes says nothing about GPUs.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/device_clock.h"

namespace impasto {

struct TunedChoice {
  struct Timing {
    std::string kernel;
    double seconds = 0;  // infinite: it was not tried, or could not run
  };
  std::string kernel;
  std::vector<Timing> rivals;  // selection's first choice first

  bool differs() const { return kernel != rivals.front().kernel; }
};
using TunedChoices = std::map<std::string, TunedChoice, std::less<>>;  // by problem

// Of the problems that were met and had more than one kernel.
struct AutotuneReport {
  int measured = 0, known = 0;
  int changed = 0;     // of both: the choice is not selection's
  double seconds = 0;  // that measuring took
};

class Autotuner {
 public:
  // Seconds that the device takes for some work.
  using Stopwatch = std::function<double(Context&, const std::function<void()>& work)>;
  // A run of one of the rivals, on operands of its own, which last as long as the function.
  using Prepare = std::function<std::function<void()>(std::size_t rival)>;

  explicit Autotuner(TunedChoices known = {}, Stopwatch stopwatch = device_seconds);

  // Which rival to run. The first one when nothing is known and nothing can be measured: while the
  // device is recorded, or without the memory to try.
  //
  // A problem takes a second, and what is running then: later rivals are not tried any more. One
  // that needs thrice the time of the fastest so far is run twice, others some more times. The
  // first one stays unless another is faster by a twentieth, and still is when both run once more,
  // so that noise does not choose.
  std::size_t choose(Context& context, const std::string& problem,
                     std::span<const std::string_view> rivals, const Prepare& prepare);

  const TunedChoices& choices() const { return choices_; }
  const AutotuneReport& report() const { return report_; }

 private:
  bool measure(Context& context, TunedChoice& choice, const Prepare& prepare);
  double time(Context& context, const std::function<void()>& run, double best, double& left);

  TunedChoices choices_;
  Stopwatch stopwatch_;
  std::set<std::string, std::less<>> met_;
  AutotuneReport report_;
};

}  // namespace impasto
