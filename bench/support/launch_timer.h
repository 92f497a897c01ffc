// Times of kernels on a device. On cuda an event is recorded before and after the work, so the
// host's waiting is no part of it; elsewhere it is the clock's time.
//
// A short kernel is launched many times in a row, because a single one would be measured with the
// gap that the host leaves before it: what takes less than a launch does, some microseconds, is
// still timed as the launch. Its operands are then in the second-level cache, if they fit: that is
// warm. Cold, a buffer larger than the cache is rewritten before each launch, which also gives the
// host time to queue what follows.
#pragma once

#include <functional>
#include <memory>

#include "bench/support/samples.h"
#include "tensor/context.h"

namespace impasto::bench {

class LaunchTimer {
 public:
  explicit LaunchTimer(Context& context);
  ~LaunchTimer();
  LaunchTimer(const LaunchTimer&) = delete;
  LaunchTimer& operator=(const LaunchTimer&) = delete;

  // Seconds of single runs: up to `count` samples, fewer when together they take over two seconds.
  Samples warm(int count, const std::function<void()>& run);
  Samples cold(int count, const std::function<void()>& run);

 private:
  struct Cuda;
  double seconds(int launches, const std::function<void()>& run);
  int launches_a_sample(const std::function<void()>& run);
  void rewrite_cache();

  Context& context_;
  std::unique_ptr<Cuda> cuda_;  // null elsewhere
};

// Waits until everything queued on the context's device is done.
void wait_for(Context& context);

}  // namespace impasto::bench
