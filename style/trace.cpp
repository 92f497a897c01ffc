#include "style/trace.h"

#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "tensor/error.h"

namespace impasto {
namespace {

// Written after each entry and overwritten by the next one.
constexpr std::string_view kEnd = "\n]}\n";

nlohmann::ordered_json to_json(const LossReport& losses) {
  nlohmann::ordered_json json;
  json["total"] = losses.total;
  json["content"] = nlohmann::ordered_json::object();
  json["style"] = nlohmann::ordered_json::object();
  for (const auto& [layer, loss] : losses.content) json["content"][layer] = loss;
  for (const auto& [layer, loss] : losses.style) json["style"][layer] = loss;
  json["tv"] = losses.tv;
  return json;
}

std::int64_t peak_resident_bytes() {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? std::int64_t{usage.ru_maxrss} * 1024 : 0;
}

}  // namespace

std::string losses_json(const LossReport& losses) {
  return to_json(losses).dump(2);
}

TraceWriter::TraceWriter(const std::filesystem::path& path)
    : path_(path), file_(std::fopen(path.c_str(), "wb"), std::fclose) {
  if (!file_) {
    throw InputError(
        fmt::format("cannot write the trace {}: {}", path.string(), std::strerror(errno)));
  }
  write(fmt::format("{{\"evaluations\": [{}", kEnd));
}

void TraceWriter::add(const EvaluationRecord& record) {
  nlohmann::ordered_json entry;
  entry["evaluation"] = record.evaluation;
  entry["iteration"] = record.iteration;
  entry["seconds"] = record.seconds;
  entry["peak_bytes"] = record.peak_bytes;
  entry["peak_resident_bytes"] = peak_resident_bytes();
  entry.update(to_json(record.losses));
  std::fseek(file_.get(), -static_cast<long>(kEnd.size()), SEEK_END);
  write(fmt::format("{}\n{}{}", first_ ? "" : ",", entry.dump(), kEnd));
  first_ = false;
}

void TraceWriter::write(const std::string& text) {
  const bool ok = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() &&
                  std::fflush(file_.get()) == 0;
  if (!ok)
    throw Error(fmt::format("cannot write the trace {}: {}", path_.string(), std::strerror(errno)));
}

}  // namespace impasto
