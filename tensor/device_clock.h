// Moments of a device's time line: on cuda events in the stream, elsewhere, where a call returns
// when its work is done, the host's clock.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tensor/context.h"

namespace impasto {

class DeviceClock {
 public:
  explicit DeviceClock(Context& context);
  ~DeviceClock();
  DeviceClock(const DeviceClock&) = delete;
  DeviceClock& operator=(const DeviceClock&) = delete;

  void mark();

  // Of all marks, since the first, in the order they were made. Waits for the device.
  std::vector<double> seconds() const;

 private:
  struct Marks;
  std::unique_ptr<Marks> marks_;
};

// What the device takes for the work. Waits for it.
double device_seconds(Context& context, const std::function<void()>& work);

}  // namespace impasto
