// LibTorch's switches that hold for a whole process, set for a while.
#pragma once

#include "bench/libtorch/twin/setting.h"

namespace impasto::twin {

class ScopedSetting {
 public:
  explicit ScopedSetting(const Setting& setting);
  ~ScopedSetting();
  ScopedSetting(const ScopedSetting&) = delete;
  ScopedSetting& operator=(const ScopedSetting&) = delete;
};

// Threads of the processor, for the whole process.
void use_threads(int threads);

// "LibTorch 2.15.0, AVX512, oneDNN 3.13.3"
std::string libtorch_words();

}  // namespace impasto::twin
