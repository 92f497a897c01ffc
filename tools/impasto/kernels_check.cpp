// `impasto kernels check`: what the tests ask of kernels, here, on this machine's devices.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tensor/simt/executor.h"
#include "tools/impasto/command.h"
#include "tools/impasto/kernel_devices.h"
#include "tools/verify/cases.h"
#include "tools/verify/tally.h"

namespace impasto::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CheckOptions {
  std::string filter;
  std::string device;
  std::uint64_t seed = 0;
  std::string order;
  int sample = 1;
  bool json = false;
};

// What is printed of a kernel.
struct Row {
  KernelInfo info;
  std::string state;  // "ok", "FAILED", "not here", "not checked"
  std::string reason;
  verify::KernelTally tally;
};

bool matches(const CheckOptions& o, const KernelInfo& kernel, const verify::Case& check) {
  return fmt::format("{}: {}", kernel.id, check.what).find(o.filter) != std::string::npos;
}

verify::Settings settings_of(const CheckOptions& o, Device device) {
  verify::Settings settings;
  if (device.type != DeviceType::cpu) settings.gpu = device;
  if (o.order == "race" && !simt::race_available()) {
    throw InputError("--order race: this build has no race detector; one without sanitizers has");
  }
  if (!o.order.empty()) {
    settings.simt = simt::simt_options_from(
        o.order == "race" ? "race" : fmt::format("order={},seed={}", o.order, o.seed));
  }
  settings.seed = o.seed;
  settings.sample = o.sample;
  return settings;
}

// A line that is rewritten on a terminal; elsewhere one for each table.
class CaseProgress {
 public:
  explicit CaseProgress(std::size_t cases) : cases_(cases) {}

  void begin(const verify::Case& check) {
    ++done_;
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    if (terminal) {
      fmt::print(stderr, "\r[{}/{}] {}: {}\x1b[K", done_, cases_, check.table, check.what);
    } else if (check.table != table_) {
      fmt::print(stderr, "[{}/{}] {}\n", done_, cases_, check.table);
    }
    table_ = check.table;
    std::fflush(stderr);
  }
  void end() const {
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  std::size_t cases_, done_ = 0;
  std::string_view table_;
};

// Runs the cases that the filter leaves. `runs` says which kernels are to be run at all.
verify::Tally run_cases(const CheckOptions& o, verify::Settings settings,
                        const std::function<bool(const KernelInfo&)>& runs) {
  const std::vector<TableInfo> tables = all_tables();
  const auto is_left = [&](const verify::Case& check) {
    const auto table = std::ranges::find(tables, check.table, &TableInfo::name);
    return std::ranges::any_of(table->kernels, [&](const KernelInfo& kernel) {
      return runs(kernel) && matches(o, kernel, check);
    });
  };
  std::vector<verify::Case> cases = verify::all_cases();
  std::erase_if(cases, [&](const verify::Case& check) { return !is_left(check); });
  verify::Tally tally;
  const verify::Case* current = nullptr;
  settings.found = [&](const verify::Finding& finding) { tally.add(finding); };
  settings.wanted = [&](const KernelInfo& kernel) {
    return runs(kernel) && matches(o, kernel, *current);
  };
  verify::Session session(settings);
  CaseProgress progress(cases.size());
  for (const verify::Case& check : cases) {
    current = &check;
    progress.begin(check);
    check.verify(session);
  }
  progress.end();
  return tally;
}

std::vector<Row> rows_of(const CheckOptions& o, const verify::Tally& tally,
                         const std::function<std::string(const KernelInfo&)>& why_not_run) {
  std::vector<Row> rows;
  for (const TableInfo& table : all_tables()) {
    for (const KernelInfo& info : table.kernels) {
      const auto found = tally.kernels().find(info.id);
      Row row{info, "ok", why_not_run(info), {}};
      if (found != tally.kernels().end()) {
        row.tally = found->second;
        if (row.tally.failures > 0) row.state = "FAILED", row.reason = row.tally.first;
      } else if (!o.filter.empty() && info.id.find(o.filter) == info.id.npos) {
        continue;
      } else {
        row.state = row.reason.empty() ? "not checked" : "not here";
      }
      rows.push_back(row);
    }
  }
  return rows;
}

std::int64_t count(const std::vector<Row>& rows, std::string_view state) {
  return std::ranges::count(rows, state, &Row::state);
}

void print_json(const std::vector<Row>& rows, double seconds) {
  Json kernels = Json::array();
  for (const Row& row : rows) {
    Json json = {{"id", row.info.id},
                 {"state", row.state},
                 {"checks", row.tally.checks},
                 {"failures", row.tally.failures}};
    json["worst"] = std::isfinite(row.tally.worst) ? Json(row.tally.worst) : Json();
    if (!row.reason.empty()) json["reason"] = row.reason;
    kernels.push_back(json);
  }
  fmt::print("{}\n", Json{{"kernels", kernels}, {"seconds", seconds}}.dump(2));
}

void print_table(const std::vector<Row>& rows) {
  std::size_t width = 6;
  for (const Row& row : rows) width = std::max(width, row.info.id.size());
  fmt::print("{:{}}  checks  worst\n", "kernel", width);
  for (const Row& row : rows) {
    if (row.tally.checks == 0) {
      fmt::print("{:{}}       -      -  {}\n", row.info.id, width, row.state);
    } else {
      fmt::print("{:{}}  {:6}  {:5.3f}  {}\n", row.info.id, width, row.tally.checks,
                 row.tally.worst, row.state);
    }
  }
  for (const Row& row : rows) {
    if (row.state == "FAILED") fmt::print("\n{}\n  {}\n", row.info.id, row.reason);
  }
}

void run(const CheckOptions& o) {
  const Device device = parse_device(o.device.empty() ? "simt" : o.device);
  const auto why_not_run = [&](const KernelInfo& kernel) -> std::string {
    const bool on_cpu = o.device.empty() && kernel.backend == Backend::cpu;
    return why_not(kernel, device_features(host_features(), on_cpu ? Device{} : device));
  };
  const auto start = std::chrono::steady_clock::now();
  const verify::Tally tally = run_cases(o, settings_of(o, device), [&](const KernelInfo& kernel) {
    return why_not_run(kernel).empty();
  });
  const std::vector<Row> rows = rows_of(o, tally, why_not_run);
  if (rows.empty()) {
    throw InputError(fmt::format("--filter {}: no kernel and no check has this", o.filter));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  // A kernel that could run and that nothing met would be a hole in the cases.
  const std::int64_t bad = count(rows, "FAILED") + count(rows, "not checked");
  if (o.json) {
    print_json(rows, elapsed.count());
  } else {
    print_table(rows);
    fmt::print("\n{} ok, {} failed, {} not checked, {} not here; {} checks in {:.1f} s\n",
               count(rows, "ok"), count(rows, "FAILED"), count(rows, "not checked"),
               count(rows, "not here"), tally.checks(), elapsed.count());
  }
  if (bad > 0) throw ExitCode{1};
}

}  // namespace

void add_kernels_check(CLI::App& kernels) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = kernels.add_subcommand(
      "check",
      "Hold every kernel that runs here to what it must compute: exit status 1 if one fails");
  command->add_option(
      "--filter", options->filter,
      "Only where \"KERNEL: CHECK\" has this text: gemm, .avx2, \"exact on integers\"");
  command->add_option("--device", options->device,
                      "cpu, simt or cuda:N only; default: cpu, and GPU kernels on simt");
  command->add_option("--seed", options->seed, "Other numbers, other orders")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--order", options->order,
                   "How simt runs threads: forward, reverse, random, priorities; or race, which "
                   "looks for data races. Default: as $IMPASTO_SIMT says")
      ->check(CLI::IsMember({"forward", "reverse", "random", "priorities", "race"}));
  command
      ->add_option("--sample", options->sample,
                   "Of the problems that a GPU kernel meets only every N-th")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options] { run(*options); });
  command->footer(
      "Examples:\n"
      "  impasto kernels check --device cpu\n"
      "  impasto kernels check --filter gram.fwd.cuda --order priorities --seed 3\n"
      "  impasto kernels check --device cuda:0\n"
      "\n"
      "The tests' own cases: exactness on small integers, nearness to the reference on random "
      "numbers\n"
      "within a bound that grows with the sums, odd shapes, gradients against central "
      "differences, NaN,\n"
      "the same bits for every number of threads and every order; each run on copies of the "
      "operands\n"
      "between canaries. `worst` is the largest error seen, 1 being all that is allowed.");
}

}  // namespace impasto::cli
