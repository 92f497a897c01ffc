#include "style/settings.h"

#include <charconv>
#include <cmath>

#include "tensor/error.h"

namespace impasto {
namespace {

void require(bool condition, const char* message) {
  if (!condition) throw InputError(message);
}

bool is_weight(double value) {
  return std::isfinite(value) && value >= 0;
}

WeightedLayer parse_layer(std::string_view item, const std::string& option) {
  const std::size_t equals = item.find('=');
  WeightedLayer layer{std::string(item.substr(0, equals)), 1};
  bool valid = !layer.name.empty();
  if (equals != std::string_view::npos) {
    const std::string_view number = item.substr(equals + 1);
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), layer.weight);
    valid = valid && error == std::errc() && end == number.data() + number.size() &&
            is_weight(layer.weight);
  }
  if (valid) return layer;
  throw InputError(fmt::format("{}: '{}' is not of the form LAYER or LAYER=WEIGHT", option, item));
}

}  // namespace

std::vector<WeightedLayer> parse_layers(const std::string& text, const std::string& option) {
  std::vector<WeightedLayer> layers;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    layers.push_back(parse_layer(std::string_view(text).substr(begin, end - begin), option));
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      if (layers[i].name == layers.back().name) {
        throw InputError(fmt::format("{}: layer '{}' is named twice", option, layers[i].name));
      }
    }
    begin = end + 1;
  }
  return layers;
}

void check_settings(const StylizeSettings& settings) {
  require(is_weight(settings.content_weight), "--content-weight must be zero or positive");
  require(is_weight(settings.style_weight), "--style-weight must be zero or positive");
  require(is_weight(settings.tv_weight), "--tv-weight must be zero or positive");
  require(settings.content_weight + settings.style_weight + settings.tv_weight > 0,
          "at least one of --content-weight, --style-weight and --tv-weight must be positive");
  require(settings.iterations >= 1, "--iterations must be at least 1");
  require(settings.lbfgs_history >= 1, "--lbfgs-history must be at least 1");
  require(is_weight(settings.learning_rate), "--learning-rate must be positive");
  double blend = 0;
  for (double weight : settings.style_blend) {
    require(is_weight(weight), "--style-blend takes zero or positive numbers");
    blend += weight;
  }
  require(settings.style_blend.empty() || blend > 0,
          "--style-blend needs at least one positive number");
}

}  // namespace impasto
