#include "tensor/features.h"

#include <cstdlib>
#include <string_view>

#include "tensor/error.h"
#include "tensor/gpu.h"

namespace impasto {
namespace {

Features detect() {
  Features found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found = Feature::avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    found = found | Feature::avx512;
    if (__builtin_cpu_supports("avx512vnni")) found = found | Feature::avx512vnni;
  }
#endif
  return found;
}

Features lowered(Features found, std::string_view level) {
  if (level == "generic") return {};
  if (level == "avx2") return found.has(Feature::avx2) ? Features(Feature::avx2) : Features();
  if (level == "avx512") {
    const Features wide = Features(Feature::avx2) | Feature::avx512;
    return found.has(wide) ? wide : lowered(found, "avx2");
  }
  if (level == "avx512vnni") return found;
  throw InputError(
      fmt::format("IMPASTO_CPU is '{}'; it may be generic, avx2, avx512 or avx512vnni", level));
}

}  // namespace

std::string to_string(Features features) {
  std::string text;
  if (features.has(Feature::avx2)) text += "avx2 ";
  if (features.has(Feature::avx512)) text += "avx512 ";
  if (features.has(Feature::avx512vnni)) text += "avx512vnni ";
  if (features.has(Feature::sm80)) text += "sm80 ";
  if (features.has(Feature::sm90)) text += "sm90 ";
  if (text.empty()) return "none";
  text.pop_back();
  return text;
}

Features host_features() {
  const char* level = std::getenv("IMPASTO_CPU");
  return level == nullptr ? detect() : lowered(detect(), level);
}

Features device_features(Features host, Device device) {
  const Features features = host.on(device.type);
  if (device.type == DeviceType::cpu) return features;
  const int capability = device.type == DeviceType::simt ? 90 : gpu::compute_capability(device);
  Features found = features;
  if (capability >= 80) found = found | Feature::sm80;
  if (capability >= 90) found = found | Feature::sm90;
  return found;
}

}  // namespace impasto
