#include "weights/input_preset.h"

#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "tensor/error.h"
#include "weights/quote.h"

namespace impasto {
namespace {

// conv1_1.bias[0..3] of the published VGG-19 and VGG-16.
constexpr std::array<std::array<double, 4>, 2> kOxfordBiases = {{
    {0.7301776, 0.06493629, 0.03428847, 0.8260386},
    {0.73429835, 0.093403675, 0.06775674, 0.8862966},
}};

using Keys = std::span<const std::pair<std::string_view, std::string_view>>;

constexpr std::pair<std::string_view, std::string_view> kCaffeKeys[] = {
    {"input", "BGR, 0..255, minus mean 103.939 116.779 123.68"},
    {"input.channels", "BGR"},
    {"input.range", "255"},
    {"input.mean", "103.939 116.779 123.68"},
};

constexpr std::pair<std::string_view, std::string_view> kTorchvisionKeys[] = {
    {"input", "RGB, 0..1, minus mean 0.485 0.456 0.406, divided by 0.229 0.224 0.225"},
    {"input.channels", "RGB"},
    {"input.range", "1"},
    {"input.mean", "0.485 0.456 0.406"},
    {"input.std", "0.229 0.224 0.225"},
};

}  // namespace

InputPreset parse_input_preset(std::string_view text) {
  if (text == "caffe") return InputPreset::caffe;
  if (text == "torchvision") return InputPreset::torchvision;
  throw InputError(
      fmt::format("unknown input convention {}: use caffe or torchvision", quote(text)));
}

void set_input(std::map<std::string, std::string>& metadata, InputPreset preset) {
  const bool caffe = preset == InputPreset::caffe;
  for (const auto& [key, value] : caffe ? Keys(kCaffeKeys) : Keys(kTorchvisionKeys)) {
    metadata.insert_or_assign(std::string(key), std::string(value));
  }
  if (caffe) metadata.erase("input.std");
}

bool is_oxford_bias(const Tensor& conv1_1_bias) {
  const Tensor bias = conv1_1_bias.to(DType::f64);
  const auto matches = [&](const std::array<double, 4>& known) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      // bfloat16 rounds to one part in 256.
      if (!(std::abs(bias.data<double>()[i] - known[i]) <= known[i] / 200)) return false;
    }
    return true;
  };
  return bias.numel() == 64 && (matches(kOxfordBiases[0]) || matches(kOxfordBiases[1]));
}

}  // namespace impasto
