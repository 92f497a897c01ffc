#include "tensor/device.h"

#include "tensor/error.h"

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
  if (text == "simt" || text == "cuda" || text.starts_with("cuda:")) {
    throw InputError(
        fmt::format("device '{}' is not part of this build; only 'cpu' is available", text));
  }
  throw InputError(fmt::format("unknown device '{}'; known are cpu, simt, cuda:N", text));
}

}  // namespace impasto
