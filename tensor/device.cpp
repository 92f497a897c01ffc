#include "tensor/device.h"

#include <charconv>

#include "tensor/error.h"
#include "tensor/gpu.h"

namespace impasto {

std::string to_string(Device device) {
  switch (device.type) {
    case DeviceType::cpu:
      return "cpu";
    case DeviceType::simt:
      return "simt";
    case DeviceType::cuda:
      return fmt::format("cuda:{}", device.index);
  }
  throw Error("device: unknown type");
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
  const std::string why = gpu::unavailable(index);
  if (!why.empty()) {
    throw InputError(fmt::format("device '{}' cannot be used: {}; cpu and simt can", text, why));
  }
  return {DeviceType::cuda, index};
}

}  // namespace impasto
