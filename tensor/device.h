// Where a tensor lives and an op runs: "cpu", "cuda:N", or "simt" (CUDA kernels on the host
// executor).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace impasto {

enum class DeviceType : std::uint8_t { cpu, cuda, simt };

struct Device {
  DeviceType type = DeviceType::cpu;
  int index = 0;

  friend bool operator==(const Device&, const Device&) = default;
};

std::string_view to_string(DeviceType type);  // "cuda"
std::string to_string(Device device);         // "cuda:0"

// What its maker calls it: "NVIDIA H100"; of cpu and simt the processor.
std::string device_name(Device device);

// Accepts "cpu", "simt", "cuda" and "cuda:N". Throws InputError otherwise, and when there is no
// such GPU or this build has no CUDA, saying so.
Device parse_device(std::string_view text);

}  // namespace impasto
