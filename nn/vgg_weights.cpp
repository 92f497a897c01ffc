// Where a VGG's layers come from: the tensors of a weights file, or a seed.
#include <charconv>
#include <cmath>
#include <optional>

#include "nn/vgg.h"
#include "tensor/random.h"

namespace impasto {
namespace {

// "conv3_2.weight" -> {3, 2}; "conv0.weight" -> {0, 0}; anything else is not a layer.
std::optional<std::pair<int, int>> parse_conv_name(const std::string& name) {
  if (name == "conv0.weight") return std::pair(0, 0);
  int block = 0, index = 0;
  const char* const end = name.data() + name.size();
  if (!name.starts_with("conv")) return {};
  const auto [after_block, error] = std::from_chars(name.data() + 4, end, block);
  if (error != std::errc() || after_block == end || *after_block != '_') return {};
  const auto [after_index, error2] = std::from_chars(after_block + 1, end, index);
  if (error2 != std::errc() || std::string_view(after_index, end) != ".weight") return {};
  if (block < 1 || index < 1) return {};
  return std::pair(block, index);
}

void check_order(const std::vector<VggSpec::Conv>& convs, const std::string& origin) {
  int block = 0, index = 0;
  for (const VggSpec::Conv& conv : convs) {
    const bool next_in_block = conv.block == block && conv.index == index + 1;
    const bool next_block = conv.block == block + 1 && conv.index == 1;
    if (conv.block > 0 && !next_in_block && !next_block) {
      throw InputError(
          fmt::format("{}: {} is there, but a layer before it is missing (after conv{}_{})", origin,
                      conv.name(), block, index));
    }
    block = conv.block;
    index = conv.index;
  }
}

void check_shapes(const std::vector<VggSpec::Conv>& convs, const std::string& origin) {
  std::int64_t channels = 3;
  for (const VggSpec::Conv& conv : convs) {
    const Shape& wei = conv.wei.shape();  // [oc, kh, kw, ic]
    const std::int64_t kernel = conv.block == 0 ? 1 : 3;
    if (wei[3] != channels || wei[1] != kernel || wei[2] != kernel || wei[0] < 1) {
      throw InputError(fmt::format("{}: {}.weight is [{}, {}, {}, {}], expected [*, {}, {}, {}]",
                                   origin, conv.name(), wei[0], wei[3], wei[1], wei[2], channels,
                                   kernel, kernel));
    }
    if (conv.bias.shape() != Shape{wei[0]}) {
      throw InputError(fmt::format("{}: {}.bias is {}, expected [{}]", origin, conv.name(),
                                   conv.bias.shape().to_string(), wei[0]));
    }
    channels = wei[0];
  }
}

std::array<double, 3> parse_triple(const std::string& text, const std::string& key,
                                   const std::string& origin) {
  std::array<double, 3> values{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (double& value : values) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) {
      throw InputError(
          fmt::format("{}: metadata {} is '{}', expected three numbers", origin, key, text));
    }
    at = next;
  }
  return values;
}

InputConvention parse_input(const std::map<std::string, std::string>& metadata,
                            const std::string& origin) {
  InputConvention input;
  const auto refuse = [&](const char* key, const std::string& value, const char* expected) {
    throw InputError(
        fmt::format("{}: metadata {} is '{}', expected {}", origin, key, value, expected));
  };
  if (const auto at = metadata.find("input.channels"); at != metadata.end()) {
    if (at->second != "RGB" && at->second != "BGR")
      refuse("input.channels", at->second, "RGB or BGR");
    input.bgr = at->second == "BGR";
  }
  if (const auto at = metadata.find("input.range"); at != metadata.end()) {
    if (at->second != "1" && at->second != "255") refuse("input.range", at->second, "1 or 255");
    input.range = at->second == "1" ? 1 : 255;
  }
  if (const auto at = metadata.find("input.mean"); at != metadata.end()) {
    input.mean = parse_triple(at->second, "input.mean", origin);
  }
  if (const auto at = metadata.find("input.std"); at != metadata.end()) {
    input.std = parse_triple(at->second, "input.std", origin);
    for (double value : input.std) {
      if (!(value > 0)) refuse("input.std", at->second, "positive numbers");
    }
  }
  return input;
}

}  // namespace

VggSpec vgg_spec(const NamedTensors& weights, const std::string& origin, DType dtype) {
  std::map<std::pair<int, int>, VggSpec::Conv> found;  // ordered by block and index
  for (const auto& [name, tensor] : weights.tensors) {
    const auto at = parse_conv_name(name);
    if (!at) continue;
    VggSpec::Conv conv{at->first, at->second, {}, {}};
    const auto bias = weights.tensors.find(conv.name() + ".bias");
    if (bias == weights.tensors.end()) {
      throw InputError(fmt::format("{}: {}.bias is missing", origin, conv.name()));
    }
    if (tensor.shape().rank() != 4) {
      throw InputError(fmt::format("{}: {} is {}, expected four axes", origin, name,
                                   tensor.shape().to_string()));
    }
    conv.wei = oihw_to_ohwi(tensor.to(dtype));
    conv.bias = bias->second.to(dtype);
    found.emplace(*at, std::move(conv));
  }
  VggSpec spec;
  spec.dtype = dtype;
  for (auto& [at, conv] : found) spec.convs.push_back(std::move(conv));
  if (spec.convs.empty() || spec.convs.back().block == 0) {
    throw InputError(fmt::format("{}: no layer conv1_1.weight; this is not a VGG network", origin));
  }
  check_order(spec.convs, origin);
  check_shapes(spec.convs, origin);
  spec.input = parse_input(weights.metadata, origin);
  if (const auto at = weights.metadata.find("padding"); at != weights.metadata.end()) {
    spec.pad_mode = parse_pad_mode(at->second);
  }
  return spec;
}

VggSpec random_vgg_spec(std::uint64_t seed) {
  constexpr int kConvs[] = {2, 2, 4, 4, 1};
  constexpr std::int64_t kChannels[] = {64, 128, 256, 512, 512};
  VggSpec spec;
  std::int64_t ic = 3;
  std::uint64_t stream = seed << 8;  // one stream a layer
  for (int block = 1; block <= 5; ++block) {
    for (int index = 1; index <= kConvs[block - 1]; ++index) {
      const std::int64_t oc = kChannels[block - 1];
      // He et al., "Delving deep into rectifiers", 2015: variance 2 / fan-in keeps the signal's
      // scale.
      const double bound = std::sqrt(6.0 / static_cast<double>(9 * ic));
      Tensor wei = Tensor::empty({oc, 3, 3, ic});
      fill_uniform(wei, stream++, -bound, bound);
      spec.convs.push_back({block, index, wei, Tensor::zeros({oc})});
      ic = oc;
    }
  }
  return spec;
}

}  // namespace impasto
