#include "tools/machine/bandwidth.h"

#include <algorithm>
#include <chrono>

#include "ops/reduce/reduce.h"

namespace impasto::machine {

// The sum of a vector reads every byte once and writes nothing.
double read_bandwidth(Context& context, int tries) {
  constexpr std::int64_t kCount = 64 << 20;  // 256 MiB, more than a last-level cache
  const Tensor buffer = Tensor::full({kCount}, 1);
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    sum(context, buffer);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(buffer.bytes()) / time.count());
  }
  return best;
}

}  // namespace impasto::machine
