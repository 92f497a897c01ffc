#include "tensor/device.h"

#include <charconv>
#include <fstream>

#include "tensor/cuda/devices.h"
#include "tensor/error.h"

namespace impasto {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string_view to_string(DeviceType type) {
  switch (type) {
    case DeviceType::cpu:
      return "cpu";
    case DeviceType::simt:
      return "simt";
    case DeviceType::cuda:
      return "cuda";
  }
  throw Error("device: unknown type");
}

std::string to_string(Device device) {
  const std::string_view name = to_string(device.type);
  return device.type == DeviceType::cuda ? fmt::format("{}:{}", name, device.index)
                                         : std::string(name);
}

std::string device_name(Device device) {
  return device.type == DeviceType::cuda ? cuda_device(device.index).name : processor_name();
}

Device parse_device(std::string_view text) {
  if (text == "cpu") return {};
  if (text == "simt") return {DeviceType::simt};
  const std::string_view digits = text.starts_with("cuda:") ? text.substr(5) : "0";
  int index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool whole = error == std::errc() && end == digits.data() + digits.size() && index >= 0;
  if ((text != "cuda" && !text.starts_with("cuda:")) || !whole) {
    throw InputError(fmt::format("unknown device '{}'; known are cpu, simt, cuda:N", text));
  }
  const std::string why = cuda_unavailable_reason(index);
  if (!why.empty()) {
    throw InputError(fmt::format("device '{}' cannot be used: {}; cpu and simt can", text, why));
  }
  return {DeviceType::cuda, index};
}

}  // namespace impasto
