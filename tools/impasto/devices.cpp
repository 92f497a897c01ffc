#include "tensor/cuda/devices.h"

#include <fmt/core.h>

#include "tensor/features.h"
#include "tensor/thread_pool.h"
#include "tools/impasto/command.h"
#include "tools/impasto/memory.h"

namespace impasto::cli {
namespace {

double gib(std::size_t bytes) {
  return static_cast<double>(bytes) / (1u << 30);
}

// "; cuDNN 9.19.0", or nothing.
std::string version(const char* name, const std::string& number) {
  return number.empty() ? "" : fmt::format("; {} {}", name, number);
}

void print_cpu() {
  fmt::print("cpu     {}; {} cores usable; {}; {:.1f} GiB available\n", device_name({}),
             available_cores(), to_string(host_features()), gib(available_memory()));
}

void print_cuda() {
  const std::vector<CudaDevice> devices = cuda_devices();
  for (const CudaDevice& device : devices) {
    const std::string problem = cuda_unavailable_reason(device.index);
    fmt::print(
        "cuda:{:<2} {}; compute capability {}; {} multiprocessors at {} MHz; {:.1f} of {:.1f} GiB "
        "available{}{}\n",
        device.index, device.name, device.capability(), device.multiprocessors, device.clock_mhz,
        gib(device.free_bytes), gib(device.total_bytes), problem.empty() ? "" : "; ", problem);
  }
  if (devices.empty()) {
    fmt::print("cuda    {}\n", cuda_unavailable_reason());
    return;
  }
  const CudaVersions versions = cuda_versions();
  fmt::print("cuda    driver for CUDA {}; runtime {}{}{}\n", versions.driver, versions.runtime,
             version("cuDNN", versions.cudnn), version("cuBLAS", versions.cublas));
}

}  // namespace

void add_devices(CLI::App& app) {
  CLI::App* command = app.add_subcommand("devices", "What this build and this machine offer");
  command->callback([] {
    print_cpu();
    print_cuda();
    fmt::print("simt    CUDA kernels on the host executor\n");
  });
}

}  // namespace impasto::cli
