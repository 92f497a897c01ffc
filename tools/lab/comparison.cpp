#include "tools/lab/comparison.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "tensor/error.h"

namespace impasto::lab {
namespace {

using Json = nlohmann::json;

// Whatever took their times, they are of single kernels.
const std::set<std::string> kSections = {"ops", "kernels", "gpu_ops"};

std::string text(const Json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end() || !found->is_string()) throw InputError(fmt::format("no {}", name));
  return *found;
}

double positive(const Json& row, const std::string& name) {
  const auto found = row.find(name);
  const bool number = found != row.end() && found->is_number();
  if (!number || !(found->get<double>() > 0) || !std::isfinite(found->get<double>())) {
    throw InputError(fmt::format("{} is no time", name));
  }
  return *found;
}

// `prefix`: of rows that have the times of a cold cache beside those of a warm one.
TimedRow timed(const Json& row, const std::string& prefix) {
  TimedRow result;
  result.kernel = text(row, "kernel");
  result.problem = text(row, "problem");
  result.device = text(row, "device");
  result.cache = !prefix.empty() ? "cold" : row.contains("cache") ? text(row, "cache") : "warm";
  result.threads = row.value("threads", 0);
  result.median_ms = positive(row, prefix + "median_ms");
  const double p10 = positive(row, prefix + "p10_ms"), p90 = positive(row, prefix + "p90_ms");
  result.noise = row.value("noise", (p90 - p10) / 2 / result.median_ms);
  if (!(result.noise >= 0)) throw InputError("noise is negative");
  return result;
}

void add_rows(const std::string& line, std::vector<TimedRow>& rows) {
  const Json row = Json::parse(line);
  if (!row.is_object() || !row.contains("schema")) throw InputError("no row of measurements");
  if (kSections.count(row.value("section", "")) == 0 || row.contains("failed") ||
      row.contains("skipped")) {
    return;
  }
  rows.push_back(timed(row, ""));
  if (row.contains("cold_median_ms")) rows.push_back(timed(row, "cold_"));
}

// The last of each thing, in the order in which they first came.
std::vector<TimedRow> last_of_each(const std::vector<TimedRow>& rows) {
  std::vector<TimedRow> result;
  std::map<std::string, std::size_t> places;
  for (const TimedRow& row : rows) {
    const auto [place, is_new] = places.emplace(row.name() + row.device, result.size());
    if (is_new) {
      result.push_back(row);
    } else {
      result[place->second] = row;
    }
  }
  return result;
}

std::set<std::string> devices(const std::vector<TimedRow>& rows) {
  std::set<std::string> all;
  for (const TimedRow& row : rows) all.insert(row.device);
  return all;
}

}  // namespace

std::string TimedRow::name() const {
  const std::string with = threads > 0 ? fmt::format(", {} threads", threads) : "";
  return fmt::format("{} on {}, {}{}", kernel, problem, cache, with);
}

std::vector<TimedRow> read_timed_rows(const std::string& path) {
  std::ifstream file(path);
  std::vector<TimedRow> rows;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      add_rows(line, rows);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}:{}: {}", path, number, error.what()));
    } catch (const Json::exception&) {
      throw InputError(fmt::format("{}:{}: no row of measurements", path, number));
    }
  }
  if (number == 0) throw InputError(fmt::format("cannot read {}, or it is empty", path));
  if (rows.empty()) {
    throw InputError(
        fmt::format("{}: no times of kernels in it; `impasto kernels bench -o` writes some", path));
  }
  return last_of_each(rows);
}

double Change::noise() const {
  return std::max(kLeastChange, a.noise + b.noise);
}

// In the logarithm, so that the same change is as much either way.
Verdict Change::verdict() const {
  const double limit = std::log1p(noise()), change = std::log(ratio());
  return change > limit ? Verdict::slower : change < -limit ? Verdict::faster : Verdict::same;
}

int Comparison::count(Verdict verdict) const {
  return static_cast<int>(std::ranges::count(changes, verdict, &Change::verdict));
}

Comparison compare(const std::vector<TimedRow>& a, const std::vector<TimedRow>& b) {
  Comparison result;
  const std::set<std::string> of_a = devices(a), of_b = devices(b);
  result.device_a = fmt::format("{}", fmt::join(of_a, "; "));
  result.device_b = fmt::format("{}", fmt::join(of_b, "; "));
  const bool one_each = of_a.size() == 1 && of_b.size() == 1;
  const auto key = [&](const TimedRow& row) {
    return one_each ? row.name() : row.name() + row.device;
  };
  std::map<std::string, const TimedRow*> left;
  for (const TimedRow& row : b) left[key(row)] = &row;
  for (const TimedRow& row : a) {
    const auto found = left.find(key(row));
    if (found == left.end()) {
      result.only_a.push_back(row);
    } else {
      result.changes.push_back({row, *found->second});
      left.erase(found);
    }
  }
  for (const TimedRow& row : b) {
    if (left.count(key(row)) > 0) result.only_b.push_back(row);
  }
  std::ranges::stable_sort(result.changes, std::greater(), &Change::ratio);
  return result;
}

}  // namespace impasto::lab
