#include "tools/machine/fma_peak.h"

#include <algorithm>
#include <chrono>

#include "tools/machine/fma_loop.h"

namespace impasto::machine {
namespace {

const FmaLoop& fma_loop(Features features) {
#if defined(__x86_64__)
  if (features.has(Feature::avx512)) return avx512::kFmaLoop;
  if (features.has(Feature::avx2)) return avx2::kFmaLoop;
#endif
  static_cast<void>(features);
  return generic::kFmaLoop;
}

}  // namespace

double fma_peak(Context& context, int tries) {
  constexpr std::int64_t kSteps = 200'000;
  const FmaLoop& loop = fma_loop(context.features());
  const int threads = context.threads().size();
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    context.threads().run(threads, [&](std::int64_t, int) {
      float out[16];
      loop.run(kSteps, out);
      volatile float seen = out[0];
      static_cast<void>(seen);
    });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best =
        std::max(best, static_cast<double>(threads * kSteps * loop.macs_per_step) / time.count());
  }
  return best;
}

}  // namespace impasto::machine
