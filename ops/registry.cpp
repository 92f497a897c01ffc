#include "ops/registry.h"

#include <algorithm>

#include <fmt/ranges.h>

namespace impasto::detail {
namespace {

bool runs_on(Backend backend, DeviceType device) {
  if (backend == Backend::cpu) return device == DeviceType::cpu;
  return device == DeviceType::cuda || (backend == Backend::gpu && device == DeviceType::simt);
}

}  // namespace

Support availability(const KernelInfo& info, DType dtype, Features features) {
  if (!info.dtypes.has(dtype)) return Support::no(fmt::format("no {} variant", to_string(dtype)));
  if (!runs_on(info.backend, features.device())) {
    return Support::no(fmt::format("does not run on device {}", to_string(features.device())));
  }
  if (!features.has(info.needs)) {
    return Support::no(fmt::format("needs {}, this machine offers {}", to_string(info.needs),
                                   to_string(features)));
  }
  return Support::yes();
}

bool chosen_unasked(const KernelInfo& info, Features features) {
  const bool emulated = features.device() == DeviceType::simt && info.needs.has(Feature::sm80);
  return !info.by_name && !emulated;
}

void throw_unknown_kernel(std::string_view table, std::string_view id,
                          std::span<const std::string_view> known) {
  throw InputError(
      fmt::format("no kernel '{}' in {}; it has {}", id, table, fmt::join(known, ", ")));
}

void throw_unsuitable_kernel(std::string_view id, std::string_view problem,
                             std::string_view reason) {
  throw InputError(fmt::format("kernel {} cannot serve {}: {}", id, problem, reason));
}

void throw_no_kernel(std::string_view table, std::string_view problem) {
  throw Error(fmt::format("{}: no kernel serves {}", table, problem));
}

}  // namespace impasto::detail

namespace impasto {

std::vector<std::string_view> requested_ids(std::string_view request) {
  std::vector<std::string_view> ids;
  while (!request.empty()) {
    ids.push_back(request.substr(0, request.find('+')));
    request.remove_prefix(std::min(request.size(), ids.back().size() + 1));
  }
  return ids;
}

void check_kernel_requests(const Context& context) {
  const std::vector<TableInfo> tables = all_tables();
  for (const auto& [name, id] : context.kernel_requests()) {
    const auto table = std::ranges::find(tables, name, &TableInfo::name);
    std::vector<std::string_view> known;
    if (table == tables.end()) {
      for (const TableInfo& each : tables) known.push_back(each.name);
      throw InputError(
          fmt::format("no kernel table '{}'; there are {}", name, fmt::join(known, ", ")));
    }
    for (const KernelInfo& kernel : table->kernels) known.push_back(kernel.id);
    for (const std::string_view each : requested_ids(id)) {
      if (std::ranges::count(known, each) == 0) detail::throw_unknown_kernel(name, each, known);
    }
  }
}

}  // namespace impasto
