#include "tools/impasto/profiler.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "tensor/allocator.h"
#include "tools/impasto/ranges.h"

namespace impasto::cli {
namespace {

struct Sum {
  std::string kernel;
  int launches = 0;
  double macs = 0, bytes = 0, seconds = 0;
};

std::vector<Sum> sums_by_kernel(const std::vector<LaunchRecord>& records) {
  std::map<std::string, Sum> by_kernel;
  for (const LaunchRecord& record : records) {
    Sum& sum = by_kernel[record.kernel];
    sum.kernel = record.kernel;
    ++sum.launches;
    sum.macs += record.macs;
    sum.bytes += record.bytes;
    sum.seconds += record.seconds;
  }
  std::vector<Sum> sums;
  for (const auto& [kernel, sum] : by_kernel) sums.push_back(sum);
  std::ranges::sort(sums, std::greater(), &Sum::seconds);
  return sums;
}

std::string number_or_blank(double value, int decimals) {
  return value > 0 ? fmt::format("{:.{}f}", value, decimals) : std::string();
}

std::string line(const Sum& sum, double whole, const Roofline& roofline) {
  const double share = roofline.seconds(sum.macs, sum.bytes) / sum.seconds;
  return fmt::format("{:<46} {:>8} {:>9.3f} {:>6.1f} {:>10} {:>8.1f} {:>7}\n", sum.kernel,
                     sum.launches, 1e3 * sum.seconds, 100 * sum.seconds / whole,
                     number_or_blank(2 * sum.macs / sum.seconds / 1e9, 1),
                     sum.bytes / sum.seconds / 1e9, number_or_blank(100 * share, 0));
}

// What was live at the launches, the most in each of some equal parts of the time.
std::string memory_line(const std::vector<LaunchRecord>& records) {
  constexpr std::size_t kParts = 48;
  const char* const kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto most = std::ranges::max_element(records, {}, &LaunchRecord::live_bytes);
  std::vector<std::size_t> parts(kParts, 0);
  const double end = records.back().begin + records.back().seconds;
  for (const LaunchRecord& record : records) {
    const auto part = static_cast<std::size_t>(record.begin / end * kParts);
    std::size_t& bytes = parts[std::min(part, kParts - 1)];
    bytes = std::max(bytes, record.live_bytes);
  }
  std::string bars;
  std::size_t last = 0;
  for (const std::size_t bytes : parts) {
    if (bytes != 0) last = bytes;  // nothing was launched in a part: as before
    bars += kBars[std::min<std::size_t>(8 * last / (most->live_bytes + 1), 7)];
  }
  return fmt::format("memory {}  {:.0f} MiB at most, at {}\n", bars,
                     static_cast<double>(most->live_bytes) / 1048576, most->kernel);
}

nlohmann::json slice(const LaunchRecord& record, const Roofline& roofline) {
  nlohmann::json args = {{"problem", record.problem}, {"bytes", record.bytes}};
  if (record.macs > 0) args["flops"] = 2 * record.macs;
  const double least = roofline.seconds(record.macs, record.bytes);
  if (least > 0) args["roofline_share"] = least / record.seconds;
  return {{"name", record.kernel},       {"cat", "kernel"}, {"ph", "X"}, {"ts", 1e6 * record.begin},
          {"dur", 1e6 * record.seconds}, {"pid", 0},        {"tid", 0},  {"args", args}};
}

}  // namespace

double Roofline::seconds(double macs_done, double bytes_moved) const {
  const double by_macs = macs > 0 ? macs_done / macs : 0;
  const double by_bytes = bytes > 0 ? bytes_moved / bytes : 0;
  return std::max(by_macs, by_bytes);
}

Profiler::Profiler(Context& context) : device_(context.device()), clock_(context) {}

void Profiler::began(const LaunchInfo& launch) {
  LaunchRecord record;
  record.kernel = launch.kernel;
  record.problem = launch.problem;
  record.macs = launch.macs;
  record.bytes = static_cast<double>(launch.bytes);
  record.live_bytes = allocator_of(device_).stats().live_bytes;
  records_.push_back(std::move(record));
  push_range(records_.back().kernel.c_str());
  clock_.mark();
}

void Profiler::ended() {
  clock_.mark();
  pop_range();
}

std::vector<LaunchRecord> Profiler::records() const {
  const std::vector<double> marks = clock_.seconds();
  std::vector<LaunchRecord> records = records_;
  for (std::size_t i = 0; i < records.size() && 2 * i + 1 < marks.size(); ++i) {
    records[i].begin = marks[2 * i];
    records[i].seconds = marks[2 * i + 1] - marks[2 * i];
  }
  return records;
}

std::string profile_table(const std::vector<LaunchRecord>& records, double whole,
                          const Roofline& roofline) {
  std::string text = fmt::format("{:<46} {:>8} {:>9} {:>6} {:>10} {:>8} {:>7}\n", "kernel",
                                 "launches", "ms", "%", "GFLOP/s", "GB/s", "% roof");
  double busy = 0;
  for (const Sum& sum : sums_by_kernel(records)) {
    text += line(sum, whole, roofline);
    busy += sum.seconds;
  }
  text += fmt::format("{:<46} {:>8} {:>9.3f} {:>6.1f}\n", "between kernels", "",
                      1e3 * (whole - busy), 100 * (whole - busy) / whole);
  return text + memory_line(records);
}

std::string chrome_trace(const std::vector<LaunchRecord>& records, const std::string& device,
                         const Roofline& roofline) {
  nlohmann::json events = nlohmann::json::array();
  events.push_back(
      {{"name", "process_name"}, {"ph", "M"}, {"pid", 0}, {"args", {{"name", "impasto"}}}});
  events.push_back(
      {{"name", "thread_name"}, {"ph", "M"}, {"pid", 0}, {"tid", 0}, {"args", {{"name", device}}}});
  for (const LaunchRecord& record : records) {
    events.push_back(slice(record, roofline));
    events.push_back({{"name", "live memory"},
                      {"ph", "C"},
                      {"ts", 1e6 * record.begin},
                      {"pid", 0},
                      {"args", {{"bytes", record.live_bytes}}}});
  }
  return nlohmann::json{{"traceEvents", events}, {"displayTimeUnit", "ms"}}.dump();
}

}  // namespace impasto::cli
