// Free runs of both sides, a process each, in turns of a few iterations, so that all meet the same
// moods of the machine.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/libtorch/twin/setting.h"

namespace impasto::twin {

struct Racer {
  std::string name;
  bool exact = true;                      // f32 throughout
  bool gave_up = false;                   // far behind the best one after the first turn
  double setup_ms = 0;                    // network and targets
  std::vector<double> ms, losses;         // of each iteration
  std::size_t resident_before_bytes = 0;  // program and libraries
  std::size_t peak_resident_bytes = 0;
  std::size_t peak_gpu_bytes = 0;

  double first_ms() const { return ms.front(); }
  double steady_ms() const;  // median of the others
  double least_ms() const;
  double ms_to(double loss) const;  // until it was reached; NaN when it never was
  // What the run takes: above what was there before, or on the GPU.
  std::size_t bytes() const;
};

struct RaceOptions {
  std::vector<std::string> arguments;  // of this program, to which a role is added
  int iterations = 200;
};

// Ours first. Tells how far it is after every turn.
std::vector<Racer> race(const RaceOptions& options, const std::vector<Setting>& settings,
                        const std::function<void(int iterations)>& on_turn);

// The quickest of LibTorch's exact settings that ran to the end; null when there is none.
const Racer* best_of_theirs(const std::vector<Racer>& racers);

}  // namespace impasto::twin
