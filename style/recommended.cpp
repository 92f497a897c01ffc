#include "style/recommended.h"

#include <charconv>
#include <cmath>

#include "tensor/error.h"

namespace impasto {
namespace {

constexpr const char* kPrefix = "stylize.";

struct Entry {
  std::string key;   // with the prefix
  std::string text;  // its value
  std::string origin;

  template <class T>
  T number(T least) const {
    T value{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc() && end == last && value >= least && std::isfinite(value)) return value;
    throw InputError(fmt::format("{}: metadata {} is '{}', expected a number, at least {}", origin,
                                 key, text, least));
  }
  std::vector<WeightedLayer> layers() const {
    return parse_layers(text, fmt::format("{}: metadata {}", origin, key));
  }
};

}  // namespace

void adopt_recommended(const std::map<std::string, std::string>& metadata,
                       const std::string& origin, const ChosenByUser& chosen, StylizeSettings& s) {
  const auto adopt = [&](const std::string& setting, auto&& change) {
    const auto at = metadata.find(kPrefix + setting);
    if (at != metadata.end() && !chosen(setting)) change(Entry{at->first, at->second, origin});
  };
  const auto adopt_weight = [&](const std::string& setting, double& weight) {
    adopt(setting, [&](const Entry& entry) { weight = entry.number(0.0); });
  };
  adopt_weight("content_weight", s.content_weight);
  adopt_weight("style_weight", s.style_weight);
  adopt_weight("tv_weight", s.tv_weight);
  adopt("content_layers", [&](const Entry& entry) { s.content_layers = entry.layers(); });
  adopt("style_layers", [&](const Entry& entry) { s.style_layers = entry.layers(); });
  adopt("lbfgs_history", [&](const Entry& entry) { s.lbfgs_history = entry.number(1); });
}

}  // namespace impasto
