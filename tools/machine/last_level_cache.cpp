#include "tools/machine/last_level_cache.h"

#include <algorithm>
#include <fstream>

#include <fmt/core.h>

namespace impasto::machine {

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
