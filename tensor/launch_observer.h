// Who is told of every kernel that a context runs: a profiler.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace impasto {

struct LaunchInfo {
  std::string_view kernel;  // its id
  std::string problem;
  double macs = 0;        // multiply-adds of the problem; 0 where memory is what counts
  std::size_t bytes = 0;  // of the operands, each once, whether or not all of it is touched
};

class LaunchObserver {
 public:
  virtual ~LaunchObserver() = default;
  virtual void began(const LaunchInfo& launch) = 0;
  // The call returned; on a GPU the kernel may still wait in the queue.
  virtual void ended() = 0;
};

}  // namespace impasto
