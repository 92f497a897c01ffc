// Writes down every kernel that a context runs: when, on what, and how much memory was live.
#pragma once

#include <string>
#include <vector>

#include "tensor/device_clock.h"
#include "tensor/launch_observer.h"

namespace impasto::cli {

struct LaunchRecord {
  std::string kernel, problem;
  double macs = 0, bytes = 0;
  double begin = 0, seconds = 0;  // begin: since the first launch
  std::size_t live_bytes = 0;     // of the device's tensors and scratch, when it was launched
};

// The peaks that speeds are a share of; 0: not known.
struct Roofline {
  double macs = 0;   // a second
  double bytes = 0;  // a second
  // The least time that so much work takes.
  double seconds(double macs_done, double bytes_moved) const;
};

class Profiler : public LaunchObserver {
 public:
  explicit Profiler(Context& context);
  void began(const LaunchInfo& launch) override;
  void ended() override;

  std::vector<LaunchRecord> records() const;  // waits for the device

 private:
  Device device_;
  DeviceClock clock_;
  std::vector<LaunchRecord> records_;
};

// Sums by kernel, most time first; `whole` is the time of all, gaps included.
std::string profile_table(const std::vector<LaunchRecord>& records, double whole,
                          const Roofline& roofline);

// For chrome://tracing and ui.perfetto.dev: kernels as slices, live memory as a counter.
std::string chrome_trace(const std::vector<LaunchRecord>& records, const std::string& device,
                         const Roofline& roofline);

}  // namespace impasto::cli
