#include "tools/lab/bench.h"

namespace impasto::lab {

bool belongs_to(const KernelInfo& kernel, DeviceType device) {
  if (device == DeviceType::cpu) return kernel.backend == Backend::cpu;
  return kernel.backend == Backend::gpu ||
         (kernel.backend == Backend::cuda_library && device == DeviceType::cuda);
}

double error_limit(const KernelInfo& info) {
  return 1e-4 + 16 * info.operand_eps;
}

std::string_view math_of(const KernelInfo& info) {
  const std::string_view last = info.id.substr(info.id.rfind('.') + 1);
  for (const std::string_view math : {"tf32", "bf16", "f16"}) {
    if (last == math) return math;
  }
  return info.operand_eps > 0x1p-20 ? "rounded" : "f32";
}

}  // namespace impasto::lab
