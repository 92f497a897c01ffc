#include "bench/libtorch/twin/scoped_setting.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>

namespace impasto::twin {
namespace {

void apply(const Setting& setting) {
  at::Context& context = at::globalContext();
  context.setUserEnabledMkldnn(setting.onednn);
  context.setBenchmarkCuDNN(setting.benchmark);
  // cuDNN's convolutions would use TF32 unless told otherwise.
  context.setAllowTF32CuDNN(setting.tf32);
  context.setAllowTF32CuBLAS(setting.tf32);
}

// "3.13.3" of "Intel(R) MKL-DNN v3.13.3 (Git Hash ...)"
std::string onednn_version() {
  const std::string text = at::get_mkldnn_version();
  const std::size_t begin = text.find(" v");
  if (begin == std::string::npos) return "none";
  return text.substr(begin + 2, text.find(' ', begin + 2) - begin - 2);
}

}  // namespace

ScopedSetting::ScopedSetting(const Setting& setting) {
  apply(setting);
}

ScopedSetting::~ScopedSetting() {
  apply(Setting{});
}

void use_threads(int threads) {
  at::set_num_threads(threads);
}

std::string libtorch_words() {
  return fmt::format("LibTorch {}, {}, oneDNN {}", IMPASTO_LIBTORCH_VERSION,
                     at::get_cpu_capability(), onednn_version());
}

}  // namespace impasto::twin
