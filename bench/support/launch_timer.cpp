#include "bench/support/launch_timer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#if IMPASTO_CUDA
#include "tensor/cuda/check.h"
#include "tensor/cuda/handles.h"
#include "tensor/cuda/memory.h"
#include "tensor/cuda/state.h"
#endif

namespace impasto::bench {
namespace {

constexpr double kSampleSeconds = 5e-4;  // of launches in a row
constexpr int kMostLaunches = 500;
constexpr double kMostSeconds = 2;  // of all samples of one kind

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Samples take(int count, const std::function<double()>& sample) {
  const Clock::time_point begin = Clock::now();
  Samples samples;
  for (int i = 0; i < count && since(begin) < kMostSeconds; ++i) samples.add(sample());
  return samples;
}

}  // namespace

#if IMPASTO_CUDA
struct LaunchTimer::Cuda {
  explicit Cuda(Context& context)
      : stream(context.cuda().stream),
        begin(Event::Timing::recorded),
        end(Event::Timing::recorded),
        larger(context.device().index, 4 * cache_bytes(context.device().index)) {}

  static std::size_t cache_bytes(int device) {
    int bytes = 0;
    IMPASTO_CUDA_CALL(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, device));
    return static_cast<std::size_t>(std::max(bytes, 16 << 20));
  }

  CudaStream stream;
  Event begin, end;
  CudaMemory larger;  // than the second-level cache
  std::uint8_t written = 0;
};

double LaunchTimer::seconds(int launches, const std::function<void()>& run) {
  const Clock::time_point begin = Clock::now();
  if (cuda_) cuda_->begin.record(cuda_->stream);
  for (int i = 0; i < launches; ++i) run();
  if (!cuda_) return since(begin) / launches;
  cuda_->end.record(cuda_->stream);
  cuda_->end.synchronize();
  return 1e-3 * static_cast<double>(cuda_->end.milliseconds_since(cuda_->begin)) / launches;
}

void LaunchTimer::rewrite_cache() {
  if (cuda_) {
    cuda_fill_async(cuda_->larger.data(), ++cuda_->written, cuda_->larger.bytes(), cuda_->stream);
  }
}

void wait_for(Context& context) {
  if (context.device().type == DeviceType::cuda) cuda_synchronize(context.device().index);
}
#else
struct LaunchTimer::Cuda {
  explicit Cuda(Context&) {}
};

double LaunchTimer::seconds(int launches, const std::function<void()>& run) {
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < launches; ++i) run();
  return since(begin) / launches;
}

void LaunchTimer::rewrite_cache() {}

void wait_for(Context&) {}
#endif

LaunchTimer::LaunchTimer(Context& context) : context_(context) {
  if (context.device().type == DeviceType::cuda) cuda_ = std::make_unique<Cuda>(context_);
}

LaunchTimer::~LaunchTimer() = default;

// A first guess has the gap in it that the second, of launches in a row, has not.
int LaunchTimer::launches_a_sample(const std::function<void()>& run) {
  int launches = 1;
  if (!cuda_) return launches;
  for (int guess = 0; guess < 2; ++guess) {
    const double one = std::max(seconds(launches, run), 1e-7);
    launches =
        static_cast<int>(std::clamp(std::ceil(kSampleSeconds / one), 1.0, 1.0 * kMostLaunches));
  }
  return launches;
}

Samples LaunchTimer::warm(int count, const std::function<void()>& run) {
  const int launches = launches_a_sample(run);
  return take(count, [&] { return seconds(launches, run); });
}

Samples LaunchTimer::cold(int count, const std::function<void()>& run) {
  return take(count, [&] {
    rewrite_cache();
    return seconds(1, run);
  });
}

}  // namespace impasto::bench
