// Times of kernels on a device. On cuda an event is recorded before and after the work, so the
// host's waiting is no part of it; elsewhere it is the clock's time.
//
// A short kernel is launched several times in a row, because a single one would be measured with
// the clock's steps, or on cuda with the gap that the host leaves before it: what takes less than a
// launch does, some microseconds there, is still timed as the launch. Its operands are then in the
// last-level cache, if they fit: that is warm. Cold, a buffer larger than that cache is rewritten
// before each launch: on the cpu by all threads of whoever runs the kernel, so that those are awake
// as they are in the midst of a network, and no others are in their way.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tensor/context.h"
#include "tools/lab/samples.h"

namespace impasto::lab {

// When to stop: after `most` samples, or when the time is over and there are `least`.
struct Budget {
  int least = 1, most = 20;
  double seconds = 2;
};

// Calls a body once with each of so many threads' numbers, each on its own.
using OnThreads = std::function<void(int threads, const std::function<void(int thread)>& body)>;

class LaunchTimer {
 public:
  explicit LaunchTimer(Context& context);
  ~LaunchTimer();
  LaunchTimer(const LaunchTimer&) = delete;
  LaunchTimer& operator=(const LaunchTimer&) = delete;

  // Seconds of single runs.
  Samples warm(const Budget& budget, const std::function<void()>& run);
  // Without `threads` on those of the context.
  Samples cold(const Budget& budget, const std::function<void()>& run,
               const OnThreads& threads = {});

 private:
  struct Cuda;
  double seconds(int launches, const std::function<void()>& run);
  int launches_a_sample(double one, const std::function<void()>& run);
  void rewrite_cache(const OnThreads& threads);
  void rewrite_host_cache(const OnThreads& threads);

  Context& context_;
  std::unique_ptr<Cuda> cuda_;         // null elsewhere
  std::vector<unsigned char> larger_;  // than the processor's last-level cache, once needed
  unsigned char written_ = 0;
};

// Waits until everything queued on the context's device is done.
void wait_for(Context& context);

}  // namespace impasto::lab
