#include "tools/lab/launch_timer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "tools/machine/last_level_cache.h"

#if IMPASTO_CUDA
#include "tensor/cuda/check.h"
#include "tensor/cuda/handles.h"
#include "tensor/cuda/memory.h"
#include "tensor/cuda/state.h"
#endif

namespace impasto::lab {
namespace {

// Of launches in a row.
constexpr double kSampleSeconds = 5e-5, kCudaSampleSeconds = 5e-4;
constexpr int kMostLaunches = 500;

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Adds to the samples there are.
void take(const Budget& budget, Samples& samples, const std::function<double()>& sample) {
  const Clock::time_point begin = Clock::now();
  for (int taken = static_cast<int>(samples.seconds().size()); taken < budget.most; ++taken) {
    if (taken >= budget.least && since(begin) >= budget.seconds) break;
    samples.add(sample());
  }
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

void LaunchTimer::rewrite_cache(const OnThreads& threads) {
  if (!cuda_) return rewrite_host_cache(threads);
  cuda_fill_async(cuda_->larger.data(), ++cuda_->written, cuda_->larger.bytes(), cuda_->stream);
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

void LaunchTimer::rewrite_cache(const OnThreads& threads) {
  rewrite_host_cache(threads);
}

void wait_for(Context&) {}
#endif

LaunchTimer::LaunchTimer(Context& context) : context_(context) {
  if (context.device().type == DeviceType::cuda) cuda_ = std::make_unique<Cuda>(context_);
}

LaunchTimer::~LaunchTimer() = default;

// Twice its size: what replaces lines is not exactly the oldest first.
void LaunchTimer::rewrite_host_cache(const OnThreads& threads) {
  constexpr std::size_t kMost = std::size_t{512} << 20;
  if (larger_.empty()) larger_.resize(std::min(kMost, 2 * machine::last_level_cache_bytes()));
  ++written_;
  const int count = context_.threads().size();
  const std::size_t part = larger_.size() / static_cast<std::size_t>(count);
  const auto rewrite = [&](int thread) {
    std::memset(larger_.data() + static_cast<std::size_t>(thread) * part, written_, part);
  };
  if (threads) return threads(count, rewrite);
  context_.threads().run(count, [&](std::int64_t chunk, int) { rewrite(static_cast<int>(chunk)); });
}

// `one` has the gap in it that launches in a row have not.
int LaunchTimer::launches_a_sample(double one, const std::function<void()>& run) {
  const double wanted = cuda_ ? kCudaSampleSeconds : kSampleSeconds;
  const auto count = [&](double seconds) {
    return static_cast<int>(
        std::clamp(std::ceil(wanted / std::max(seconds, 1e-7)), 1.0, 1.0 * kMostLaunches));
  };
  const int guess = count(one);
  return guess == 1 ? 1 : count(seconds(guess, run));
}

Samples LaunchTimer::warm(const Budget& budget, const std::function<void()>& run) {
  const double first = seconds(1, run);
  const int launches = launches_a_sample(first, run);
  Samples samples;
  if (launches == 1 && !cuda_)
    samples.add(first);  // slow kernels are not run once more than needed
  take(budget, samples, [&] { return seconds(launches, run); });
  return samples;
}

Samples LaunchTimer::cold(const Budget& budget, const std::function<void()>& run,
                          const OnThreads& threads) {
  Samples samples;
  take(budget, samples, [&] {
    rewrite_cache(threads);
    return seconds(1, run);
  });
  return samples;
}

}  // namespace impasto::lab
