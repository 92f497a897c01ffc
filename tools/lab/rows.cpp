#include "tools/lab/rows.h"

#include <cmath>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "tensor/cuda/devices.h"
#include "tools/lab/commit.h"
#include "tools/lab/onednn/baselines.h"

namespace impasto::lab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 2;

// Six digits: more would be noise.
double short_number(double value) {
  return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
}

void put(Json& row, const char* name, double value) {
  if (value > 0 && std::isfinite(value)) row[name] = short_number(value);
}

void put_times(Json& row, const Summary& times) {
  row["median_ms"] = short_number(1e3 * times.median);
  row["p10_ms"] = short_number(1e3 * times.p10);
  row["p90_ms"] = short_number(1e3 * times.p90);
  row["mad_ms"] = short_number(1e3 * times.mad);
  row["noise"] = short_number(times.noise);
  row["samples"] = times.samples;
  row["rounds"] = times.rounds;
}

void put_speeds(Json& row, const MeasuredProblem& problem, const Summary& times) {
  put(row, "gflops", 2 * problem.work.macs / times.median / 1e9);
  put(row, "gb_s", problem.work.bytes / times.median / 1e9);
  put(row, "roof", problem.peaks.seconds(problem.work) / times.median);
  put(row, "fma_peak_gmacs", problem.peaks.macs / 1e9);
  put(row, "bandwidth_gbs", problem.peaks.bytes / 1e9);
}

void put_baseline(Json& row, const MeasuredProblem& problem, const Measured& kernel,
                  Summary Measured::*cache) {
  const Measured* baseline = problem.baseline(kernel, cache);
  if (baseline == nullptr || kernel.kernel.role == Role::baseline) return;
  row["baseline"] = baseline->kernel.info.id;
  put(row, "of_baseline", (baseline->*cache).median / (kernel.*cache).median);
}

void put_origin(Json& row, const Origin& origin) {
  row["commit"] = commit();
  row["dirty"] = dirty();
  row["device"] = origin.device;
  row["cores"] = origin.cores;
  row["time"] = fmt::format("{:%Y-%m-%dT%H:%M:%S}+00:00", fmt::gmtime(std::time(nullptr)));
}

Json common(const MeasuredProblem& problem, const Measured& kernel, const Origin& origin) {
  return {{"schema", kSchema},
          {"section", "ops"},
          {"problem", problem.shape.problem()},
          {"kernel", kernel.kernel.info.id},
          {"threads", origin.threads}};
}

std::string row_of(const MeasuredProblem& problem, const Measured& kernel, const Origin& origin,
                   Summary Measured::*cache) {
  Json row = common(problem, kernel, origin);
  row["cache"] = cache == &Measured::warm ? "warm" : "cold";
  row["times"] = problem.shape.times;
  if (!kernel.implementation.empty()) {
    row["onednn"] = onednn::version();
    row["implementation"] = kernel.implementation;
  }
  put_times(row, kernel.*cache);
  put_speeds(row, problem, kernel.*cache);
  put_baseline(row, problem, kernel, cache);
  row["error"] = short_number(kernel.error);
  put_origin(row, origin);
  return row.dump();
}

std::string failed_row(const MeasuredProblem& problem, const Measured& kernel,
                       const Origin& origin) {
  Json row = common(problem, kernel, origin);
  row["failed"] = kernel.failed;
  put_origin(row, origin);
  return row.dump();
}

std::string name_with_software(Device device) {
  const std::string name = device_name(device);
  if (device.type == DeviceType::cpu) return name;
  if (device.type == DeviceType::simt) return fmt::format("simt on {}", name);
  return fmt::format("{}, CUDA {}", name, cuda_versions().runtime);
}

}  // namespace

Origin origin_of(Context& context) {
  return {name_with_software(context.device()), available_cores(), context.threads().size()};
}

std::vector<std::string> rows_of(const MeasuredProblem& problem, const Origin& origin) {
  std::vector<std::string> rows;
  for (const Measured& kernel : problem.kernels) {
    if (!kernel.failed.empty()) rows.push_back(failed_row(problem, kernel, origin));
    for (const auto cache : {&Measured::warm, &Measured::cold}) {
      if ((kernel.*cache).samples > 0) rows.push_back(row_of(problem, kernel, origin, cache));
    }
  }
  return rows;
}

}  // namespace impasto::lab
