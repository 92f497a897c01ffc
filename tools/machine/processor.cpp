#include "tools/machine/processor.h"

#include <algorithm>
#include <fstream>

#include <fmt/core.h>

namespace impasto::machine {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::size_t last_level_cache_bytes() {
  std::size_t largest = 0;
  for (int level = 0;; ++level) {
    std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/size", level));
    std::size_t size = 0;
    char unit = ' ';
    if (!(file >> size)) break;
    file >> unit;
    largest = std::max(largest, size << (unit == 'M' ? 20 : unit == 'K' ? 10 : 0));
  }
  return largest > 0 ? largest : std::size_t{32} << 20;
}

}  // namespace impasto::machine
