#include "tests/ops/on_device.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>

namespace impasto::test {

Context& test_device_context() {
  static Context context([] {
    ContextOptions options;
    options.device = test_device();
    return options;
  }());
  return context;
}

bool is_wanted(const KernelInfo& kernel) {
  static const char* const kernels = std::getenv("IMPASTO_TEST_KERNELS");
  static const bool gpu_only = kernels != nullptr && std::string_view(kernels) == "gpu";
  return !gpu_only || kernel.backend != Backend::cpu;
}

bool is_sampling() {
  return std::getenv("IMPASTO_TEST_SAMPLE") != nullptr;
}

bool is_sampled(const KernelInfo& kernel) {
  static const char* const text = std::getenv("IMPASTO_TEST_SAMPLE");
  static const int step = text == nullptr ? 1 : std::max(1, std::atoi(text));
  static std::map<std::string_view, int> met;
  const int rarer = step > 1 && kernel.needs.has(Feature::sm80) ? 8 : 1;
  return kernel.backend == Backend::cpu || met[kernel.id]++ % (step * rarer) == 0;
}

}  // namespace impasto::test
