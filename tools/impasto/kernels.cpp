// `impasto kernels`: what computes, and what would compute.
#include <algorithm>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "tensor/cuda/devices.h"
#include "tools/impasto/command.h"
#include "tools/impasto/kernel_choice.h"
#include "tools/impasto/kernel_devices.h"
#include "tools/impasto/setup.h"

namespace impasto::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  std::string op;
  std::string device;
  std::string problem;
  std::vector<std::string> kernels;
  bool json = false;
};

// A kernel and where it can run; the reason where it can run nowhere.
struct Listed {
  KernelInfo info;
  std::vector<std::string> devices;
  std::string reason;
};

Listed listed(const KernelInfo& info, const std::vector<KernelDevice>& devices) {
  Listed result{info, {}, {}};
  for (const auto& [device, features] : devices) {
    const std::string reason = why_not(info, features);
    if (reason.empty()) result.devices.push_back(to_string(device));
    // That a kernel for processors does not run on simt says nothing.
    const bool telling = device.type == DeviceType::cpu && info.backend == Backend::cpu;
    if (telling || devices.size() == 1) result.reason = reason;
  }
  if (!result.devices.empty()) {
    result.reason.clear();
  } else if (result.reason.empty()) {
    const std::string none = cuda_unavailable_reason();
    result.reason = none.empty() ? "needs a newer GPU" : none;
  }
  return result;
}

std::string_view name_of(Backend backend) {
  if (backend == Backend::cpu) return "cpu";
  return backend == Backend::gpu ? "gpu" : "cuda_library";
}

// What one should know before asking for it: "tf32, by name only".
std::string remarks(const KernelInfo& info) {
  std::vector<std::string_view> parts;
  if (!info.deterministic) parts.push_back("not deterministic");
  if (info.by_name) parts.push_back("by name only");
  return parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

Json to_json(const Listed& kernel) {
  const KernelInfo& info = kernel.info;
  Json dtypes = Json::array();
  for (DType dtype : {DType::f32, DType::f64}) {
    if (info.dtypes.has(dtype)) dtypes.push_back(to_string(dtype));
  }
  Json json = {{"id", info.id},
               {"idea", info.idea},
               {"backend", name_of(info.backend)},
               {"needs", to_string(info.needs)},
               {"dtypes", dtypes},
               {"deterministic", info.deterministic},
               {"exact", info.exact},
               {"by_name", info.by_name},
               {"available", !kernel.devices.empty()},
               {"devices", kernel.devices}};
  if (kernel.devices.empty()) json["reason"] = kernel.reason;
  return json;
}

std::size_t longest_id(const std::vector<TableInfo>& tables) {
  std::size_t longest = 0;
  for (const TableInfo& table : tables) {
    for (const KernelInfo& kernel : table.kernels) longest = std::max(longest, kernel.id.size());
  }
  return longest;
}

void list(const ListOptions& o) {
  const std::vector<TableInfo> tables = tables_of(o.op);
  std::vector<KernelDevice> devices = kernel_devices();
  if (!o.device.empty()) {
    const Device device = parse_device(o.device);
    devices = {{device, device_features(host_features(), device)}};
  }
  Json json = Json::array();
  const std::size_t width = longest_id(tables);
  for (const TableInfo& table : tables) {
    if (!o.json) fmt::print("{}\n", table.name);
    Json kernels = Json::array();
    for (const KernelInfo& info : table.kernels) {
      const Listed kernel = listed(info, devices);
      kernels.push_back(to_json(kernel));
      if (o.json) continue;
      const std::string where =
          kernel.devices.empty() ? "-" : fmt::format("{}", fmt::join(kernel.devices, " "));
      fmt::print("  {:{}}  {:4}  {}{}\n", info.id, width, where, info.idea, remarks(info));
      if (kernel.devices.empty())
        fmt::print("  {:{}}        not here: {}\n", "", width, kernel.reason);
    }
    json.push_back(
        {{"table", table.name}, {"problem_words", words_of(table.name)}, {"kernels", kernels}});
  }
  if (o.json) fmt::print("{}\n", Json{{"tables", json}}.dump(2));
}

// What would be taken for a problem.
void explain(const ListOptions& o) {
  if (o.op.empty()) throw InputError("--problem needs --op, the op that it is a problem of");
  ContextOptions options;
  options.device = parse_device(o.device.empty() ? "cpu" : o.device);
  Context context(options);
  request_kernels(context, o.kernels);
  const std::vector<TableInfo> tables = tables_of(o.op);
  const std::size_t width = longest_id(tables);
  Json json = Json::array();
  for (const TableInfo& table : tables) {
    const Choice choice =
        choose(table.name, o.problem, context.features(), context.requested_kernel(table.name));
    Json candidates = Json::array();
    std::string_view chosen;
    if (!o.json)
      fmt::print("{}: {} on {}\n", table.name, choice.problem, to_string(context.device()));
    for (const auto& [info, serves, verdict] : choice.candidates) {
      if (verdict == "chosen") chosen = info.id;
      candidates.push_back({{"id", info.id}, {"serves", serves}, {"verdict", verdict}});
      if (!o.json)
        fmt::print("{} {:{}}  {}\n", chosen == info.id ? ">" : " ", info.id, width, verdict);
    }
    json.push_back({{"table", table.name},
                    {"problem", choice.problem},
                    {"chosen", chosen},
                    {"candidates", candidates}});
  }
  if (o.json) {
    fmt::print("{}\n", Json{{"device", to_string(context.device())}, {"tables", json}}.dump(2));
  }
}

void add_list(CLI::App& kernels) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = kernels.add_subcommand(
      "list", "Every kernel, where it can run, and what a problem would get");
  command->add_option("--op", options->op, "One op or table only: conv2d, conv2d.fwd");
  command->add_option("--device", options->device, "One device only: cpu, simt, cuda:N");
  command->add_option("--problem", options->problem,
                      "Which kernel this problem would get, and why the others would not");
  add_kernel_option(*command, options->kernels);
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, command] {
    if (command->count("--problem") > 0) {
      explain(*options);
    } else if (!options->kernels.empty()) {
      throw InputError("--kernel goes with --problem");
    } else {
      list(*options);
    }
  });
  std::string words;
  for (const TableInfo& table : all_tables()) {
    words += fmt::format("  {:19} {}\n", table.name, words_of(table.name));
  }
  command->footer(
      "Examples:\n"
      "  impasto kernels list --op conv2d.fwd\n"
      "  impasto kernels list --op conv2d.fwd --problem \"h=64 w=64 ic=256 oc=256 relu\"\n"
      "  impasto kernels list --op conv2d --problem \"1 64 64 256 256 3 3 1 1\" --device simt\n"
      "\n"
      "Kernels are listed best first; the first that serves a problem is taken. The second column "
      "says on\n"
      "which devices of this machine a kernel runs. A problem is its numbers in order, as in "
      "bench/shapes,\n"
      "or NAME=VALUE; what has a value here may be left out:\n" +
      words);
}

}  // namespace

void add_kernels(CLI::App& app) {
  CLI::App* kernels =
      app.add_subcommand("kernels", "What computes each op: list, check, bench, compare");
  kernels->require_subcommand(1);
  add_list(*kernels);
  add_kernels_check(*kernels);
  add_kernels_bench(*kernels);
  add_kernels_compare(*kernels);
}

}  // namespace impasto::cli
