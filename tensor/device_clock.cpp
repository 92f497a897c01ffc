#include "tensor/device_clock.h"

#include <chrono>

#if IMPASTO_CUDA
#include "tensor/cuda/handles.h"
#include "tensor/cuda/state.h"
#endif

namespace impasto {

struct DeviceClock::Marks {
  std::vector<std::chrono::steady_clock::time_point> times;
#if IMPASTO_CUDA
  CudaState* cuda = nullptr;
  std::vector<Event> events;
#endif
};

DeviceClock::DeviceClock(Context& context) : marks_(std::make_unique<Marks>()) {
#if IMPASTO_CUDA
  if (context.device().type == DeviceType::cuda) marks_->cuda = &context.cuda();
#else
  static_cast<void>(context);
#endif
}

DeviceClock::~DeviceClock() = default;

void DeviceClock::mark() {
#if IMPASTO_CUDA
  if (marks_->cuda != nullptr) {
    marks_->events.emplace_back(Event::Timing::recorded).record(marks_->cuda->stream);
    return;
  }
#endif
  marks_->times.push_back(std::chrono::steady_clock::now());
}

std::vector<double> DeviceClock::seconds() const {
  std::vector<double> seconds;
#if IMPASTO_CUDA
  if (!marks_->events.empty()) marks_->events.back().synchronize();
  for (const Event& event : marks_->events) {
    seconds.push_back(1e-3 * static_cast<double>(event.milliseconds_since(marks_->events.front())));
  }
#endif
  for (const auto& time : marks_->times) {
    seconds.push_back(std::chrono::duration<double>(time - marks_->times.front()).count());
  }
  return seconds;
}

double device_seconds(Context& context, const std::function<void()>& work) {
  DeviceClock clock(context);
  clock.mark();
  work();
  clock.mark();
  return clock.seconds().back();
}

}  // namespace impasto
