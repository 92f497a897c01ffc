// What a device could do, measured in the same sitting as what it does.
#pragma once

#include "tools/lab/bench.h"
#include "tools/lab/launch_timer.h"

namespace impasto::lab {

struct Peaks {
  double macs = 0;   // a second, f32; 0: not known
  double bytes = 0;  // a second, read

  // The least time for so much work; 0 when no peak is known. Less is possible: for the bytes where
  // a cache holds them, for multiply-adds where an algorithm has fewer (Winograd's has a quarter).
  double seconds(const Work& work) const;
  void raise(const Peaks& other);
};

// cpu: tools/machine, both measured. cuda: bytes by the fastest of our reading kernels;
// multiply-adds are not measured but 128 a clock and multiprocessor, without tensor cores. simt has
// none.
Peaks measure_peaks(Context& context, LaunchTimer& timer);

}  // namespace impasto::lab
