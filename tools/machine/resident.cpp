#include "tools/machine/resident.h"

#include <fstream>

#include "tensor/error.h"

namespace impasto::machine {

std::size_t resident_bytes(const std::string& which) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name; status.ignore(1 << 16, '\n')) {
    std::size_t kib = 0;
    if (name == which + ":" && status >> kib) return kib * 1024;
  }
  throw Error(fmt::format("no {} in /proc/self/status", which));
}

}  // namespace impasto::machine
