#include "tools/impasto/kernel_devices.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "tensor/cuda/devices.h"

namespace impasto::cli {

std::vector<KernelDevice> kernel_devices() {
  std::vector<Device> devices = {{}};
  for (const CudaDevice& gpu : cuda_devices()) {
    if (cuda_unavailable_reason(gpu.index).empty())
      devices.push_back({DeviceType::cuda, gpu.index});
  }
  devices.push_back({DeviceType::simt});
  std::vector<KernelDevice> result;
  for (Device device : devices) {
    result.push_back({device, device_features(host_features(), device)});
  }
  return result;
}

std::string why_not(const KernelInfo& kernel, Features features) {
  const DType dtype = kernel.dtypes.has(DType::f32) ? DType::f32 : DType::f64;
  return detail::availability(kernel, dtype, features).reason;
}

std::vector<TableInfo> tables_of(const std::string& op) {
  std::vector<TableInfo> tables = all_tables();
  std::vector<std::string_view> names;
  for (const TableInfo& table : tables) names.push_back(table.name);
  std::erase_if(tables, [&](const TableInfo& table) {
    return !op.empty() && table.name != op && !table.name.starts_with(op + ".");
  });
  if (tables.empty()) {
    throw InputError(fmt::format("no op '{}'; there are {}", op, fmt::join(names, ", ")));
  }
  return tables;
}

void request_kernels(Context& context, const std::vector<std::string>& requests) {
  for (const std::string& request : requests) {
    const std::size_t equals = request.find('=');
    if (equals == request.npos) {
      throw InputError(fmt::format(
          "--kernel {}: expected OP.DIRECTION=ID; see `impasto kernels list`", request));
    }
    context.request_kernel(request.substr(0, equals), request.substr(equals + 1));
  }
  check_kernel_requests(context);
  for (const TableInfo& table : all_tables()) {
    const std::string_view id = context.requested_kernel(table.name);
    const auto kernel = std::ranges::find(table.kernels, id, &KernelInfo::id);
    if (kernel == table.kernels.end()) continue;
    const std::string reason = why_not(*kernel, context.features());
    if (!reason.empty()) throw InputError(fmt::format("kernel {} cannot serve: {}", id, reason));
  }
}

}  // namespace impasto::cli
