#include <fstream>

#include <fmt/core.h>

#include "tensor/features.h"
#include "tensor/thread_pool.h"
#include "tools/impasto/command.h"
#include "tools/impasto/memory.h"

namespace impasto::cli {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

void add_devices(CLI::App& app) {
  CLI::App* command = app.add_subcommand("devices", "What this build and this machine offer");
  command->callback([] {
    fmt::print("cpu   {}; {} cores usable; {}; {:.1f} GiB available\n", processor_name(),
               available_cores(), to_string(host_features()),
               static_cast<double>(available_memory()) / (1u << 30));
    fmt::print("cuda  not part of this build\n");
    fmt::print("simt  not part of this build\n");
  });
}

}  // namespace impasto::cli
