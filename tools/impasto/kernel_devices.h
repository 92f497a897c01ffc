// Where a kernel can run on this machine, and kernels that a user asks for by name.
#pragma once

#include <string>
#include <vector>

#include "ops/registry.h"

namespace impasto::cli {

// A device that kernels can be asked for, and what it offers them.
struct KernelDevice {
  Device device;
  Features features;
};
std::vector<KernelDevice> kernel_devices();  // cpu, every usable GPU, simt

// Empty when the kernel can run there; otherwise why not, whatever the problem.
std::string why_not(const KernelInfo& kernel, Features features);

// The tables whose name is `op`, or begins with `op` and a dot; all when it is empty. Throws
// InputError when there are none.
std::vector<TableInfo> tables_of(const std::string& op);

// Each of the form TABLE=ID. Throws InputError when there is no such table or kernel, or when the
// kernel cannot run on the context's device.
void request_kernels(Context& context, const std::vector<std::string>& requests);

}  // namespace impasto::cli
