#include "bench/libtorch/twin/setting.h"

#include <utility>

#include <fmt/format.h>

#include "bench/libtorch/twin/gpu.h"
#include "tensor/error.h"

namespace impasto::twin {
namespace {

struct Word {
  const char* name;
  bool Setting::*flag;
  bool value;
};

constexpr Word kWords[] = {
    {"frozen", &Setting::frozen, true},       {"channels_last", &Setting::channels_last, true},
    {"no_onednn", &Setting::onednn, false},   {"tf32", &Setting::tf32, true},
    {"benchmark", &Setting::benchmark, true}, {"autocast", &Setting::autocast, true},
    {"graph", &Setting::graph, true}};

void apply(const std::string& name, const std::string& text, Setting& setting) {
  std::string known = "eager";
  for (const Word& word : kWords) {
    known += std::string(", ") + word.name;
    if (name != word.name) continue;
    setting.*word.flag = word.value;
    return;
  }
  if (name == "eager") return;
  throw InputError(
      fmt::format("--settings: '{}' in '{}' is none of {}, joined by +", name, text, known));
}

}  // namespace

Setting parse_setting(const std::string& text) {
  Setting setting;
  setting.name = text;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('+', begin), text.size());
    apply(text.substr(begin, end - begin), text, setting);
    begin = end + 1;
  }
  return setting;
}

std::vector<Setting> default_settings() {
  std::vector<Setting> settings;
  for (const char* text :
       {"eager", "frozen", "frozen+channels_last", "frozen+no_onednn",
        "frozen+channels_last+autocast", "frozen+benchmark", "frozen+benchmark+graph",
        "frozen+channels_last+benchmark+graph", "frozen+tf32+benchmark+graph",
        "frozen+channels_last+tf32+benchmark+graph",
        "frozen+channels_last+autocast+benchmark+graph"}) {
    settings.push_back(parse_setting(text));
  }
  return settings;
}

std::string unavailable(const Setting& setting, Device device) {
  const bool on_gpu = device.type == DeviceType::cuda;
  if (on_gpu) {
    if (!setting.onednn) return "for the processor";
    return gpu_unavailable();
  }
  const bool needs_gpu = setting.tf32 || setting.benchmark || setting.graph;
  if (!needs_gpu) return "";
  const std::string reason = gpu_unavailable();
  return reason.empty() ? "for a GPU: --device cuda:0" : reason;
}

}  // namespace impasto::twin
