// Numbers for other programs: losses as JSON, and a trace with one entry an evaluation.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "style/stylize.h"

namespace impasto {

// {"total": t, "content": {layer: loss}, "style": {layer: loss}, "tv": v}
std::string losses_json(const LossReport& losses);

// {"evaluations": [{"evaluation", "iteration", "seconds", "peak_bytes", "peak_resident_bytes",
//                   "total", "content", "style", "tv"}, ...]}
// peak_bytes is the most that tensors and scratch took at once so far, peak_resident_bytes the most
// that the whole process had in memory. The file is complete, valid JSON after every entry, so that
// nothing is lost when the program dies.
class TraceWriter {
 public:
  explicit TraceWriter(const std::filesystem::path& path);  // throws InputError when unwritable
  void add(const EvaluationRecord& record);

 private:
  void write(const std::string& text);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  bool first_ = true;
};

}  // namespace impasto
