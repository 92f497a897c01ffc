#include "tools/train/log.h"

#include <cerrno>
#include <cmath>
#include <cstring>

#include <nlohmann/json.hpp>

#include "tensor/error.h"

namespace impasto::train {
namespace {

using nlohmann::ordered_json;

// What is not finite has no number in JSON: null.
ordered_json entry_of(const StepReport& report, double seconds) {
  ordered_json entry;
  entry["step"] = report.step;
  entry["seconds"] = std::round(seconds * 1000) / 1000;
  entry["loss"] = report.loss;
  entry["layers"] = ordered_json::object();
  for (const LayerLosses& one : report.layers) {
    entry["layers"][one.layer] = {
        {"features", one.features}, {"gram", one.gram}, {"geometry", one.geometry}};
  }
  return entry;
}

}  // namespace

TrainingLog::TrainingLog(const std::string& path, bool append)
    : path_(path), file_(std::fopen(path.c_str(), append ? "ab" : "wb"), std::fclose) {
  if (!file_) {
    throw InputError(fmt::format("cannot write the log {}: {}", path, std::strerror(errno)));
  }
}

void TrainingLog::stepped(const StepReport& report, double seconds) {
  ordered_json entry = entry_of(report, seconds);
  entry["learning_rate"] = report.learning_rate;
  entry["gradient_norm"] = report.gradient_norm;
  entry["skipped"] = report.skipped;
  write(entry.dump());
}

void TrainingLog::validated(const StepReport& report, double seconds) {
  ordered_json entry = entry_of(report, seconds);
  entry["validation"] = true;
  write(entry.dump());
}

void TrainingLog::write(const std::string& line) {
  const bool ok = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() &&
                  std::fputc('\n', file_.get()) == '\n' && std::fflush(file_.get()) == 0;
  if (!ok) {
    throw InputError(fmt::format("cannot write the log {}: {}", path_, std::strerror(errno)));
  }
}

}  // namespace impasto::train
