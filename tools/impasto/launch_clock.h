// Moments of a device's time line: on cuda events in the stream, elsewhere, where a call returns
// when its work is done, the host's clock.
#pragma once

#include <memory>
#include <vector>

#include "tensor/context.h"

namespace impasto::cli {

class LaunchClock {
 public:
  explicit LaunchClock(Context& context);
  ~LaunchClock();
  LaunchClock(const LaunchClock&) = delete;
  LaunchClock& operator=(const LaunchClock&) = delete;

  void mark();

  // Of all marks, since the first, in the order they were made. Waits for the device.
  std::vector<double> seconds() const;

 private:
  struct Marks;
  std::unique_ptr<Marks> marks_;
};

// A named range of the host's time line in NVIDIA's profilers; nothing without CUDA.
void push_range(const char* name);
void pop_range();

}  // namespace impasto::cli
