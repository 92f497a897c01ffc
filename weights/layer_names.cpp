#include "weights/layer_names.h"

#include <charconv>
#include <optional>
#include <vector>

#include "tensor/error.h"
#include "weights/quote.h"

namespace impasto {
namespace {

using Tensors = std::map<std::string, ArchiveTensor>;

struct Name {
  std::string_view layer;
  std::string_view parameter;  // "weight" or "bias"
};

// "features.10.weight" -> features.10, weight
std::optional<Name> split(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos) return {};
  const Name result{name.substr(0, dot), name.substr(dot + 1)};
  if (result.parameter != "weight" && result.parameter != "bias") return {};
  return result;
}

// A positive number without sign, blanks or leading zeros, so that names correspond one to one.
std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (text.starts_with('-') || (text.size() > 1 && text.starts_with('0'))) return {};
  return value;
}

bool parse_pair(std::string_view text, std::string_view prefix, std::string_view middle,
                LayerId& layer) {
  const std::size_t cut = text.find(middle, prefix.size());
  if (!text.starts_with(prefix) || cut == text.npos) return false;
  const auto block = parse_number(text.substr(prefix.size(), cut - prefix.size()));
  const auto index = parse_number(text.substr(cut + middle.size()));
  if (!block || !index || *block < 1 || *index < 1) return false;
  layer = {*block, *index};
  return true;
}

// The place in a torch.nn.Sequential: "features.10", "module.features.10" or plain "10".
std::optional<int> parse_place(std::string_view layer) {
  const std::size_t dot = layer.rfind('.');
  const std::string_view container = dot == layer.npos ? "" : layer.substr(0, dot);
  if (!container.empty() && container != "features" && !container.ends_with(".features")) return {};
  return parse_number(layer.substr(dot + 1));
}

std::string our_name(const LayerId& layer, std::string_view parameter) {
  return fmt::format("conv{}_{}.{}", layer.block, layer.index, parameter);
}

Naming detect(const Archive& archive) {
  LayerId layer;
  for (const auto& [name, tensor] : archive.tensors) {
    const auto parts = split(name);
    if (!parts) continue;
    if (parse_layer(parts->layer, layer)) return Naming::ours;
    if (parse_pair(parts->layer, "block", "_conv", layer)) return Naming::keras;
    if (parse_place(parts->layer)) return Naming::torchvision;
  }
  const std::string names = archive.tensors.empty()
                                ? "it has no tensors"
                                : "its first tensor is " + quote(archive.tensors.begin()->first);
  throw InputError(fmt::format(
      "{} is not a VGG network: its layers should be called conv1_1, block1_conv1 or features.0, "
      "but {}",
      quote(archive.path), names));
}

Tensors rename_keras(Tensors& tensors) {
  Tensors renamed;
  LayerId layer;
  for (auto& [name, tensor] : tensors) {
    const auto parts = split(name);
    if (!parts || !parse_pair(parts->layer, "block", "_conv", layer)) continue;
    renamed.emplace(our_name(layer, parts->parameter), std::move(tensor));
  }
  return renamed;
}

// Place in the Sequential -> layer.
std::map<int, LayerId> number_layers(const Archive& archive) {
  std::map<int, LayerId> layers;
  for (const auto& [name, tensor] : archive.tensors) {
    const auto parts = split(name);
    const auto place = parts ? parse_place(parts->layer) : std::nullopt;
    if (place) layers[*place] = {};
  }
  LayerId layer{1, 0};
  int previous = -2;
  for (auto& [place, id] : layers) {
    const int distance = place - previous;
    if (distance == 3) layer = {layer.block + 1, 0};
    if (distance != 2 && distance != 3) {
      throw InputError(fmt::format(
          "{} is not a plain VGG network: no convolution is expected at place {} behind {} "
          "(batch normalisation is not supported)",
          quote(archive.path), place, previous));
    }
    ++layer.index;
    id = layer;
    previous = place;
  }
  return layers;
}

Tensors rename_torchvision(Archive& archive) {
  const std::map<int, LayerId> layers = number_layers(archive);
  Tensors renamed;
  for (auto& [name, tensor] : archive.tensors) {
    const auto parts = split(name);
    const auto place = parts ? parse_place(parts->layer) : std::nullopt;
    if (!place) continue;
    const std::string ours = our_name(layers.at(*place), parts->parameter);
    if (!renamed.emplace(ours, std::move(tensor)).second) {
      throw InputError(fmt::format("{}: two tensors are {}", quote(archive.path), ours));
    }
  }
  return renamed;
}

}  // namespace

std::string_view to_string(Naming naming) {
  switch (naming) {
    case Naming::ours:
      return "Impasto";
    case Naming::keras:
      return "Keras";
    case Naming::torchvision:
      return "torchvision";
  }
  throw Error("naming: unknown value");
}

bool parse_layer(std::string_view text, LayerId& layer) {
  return parse_pair(text, "conv", "_", layer);
}

Naming rename_layers(Archive& archive) {
  const Naming naming = detect(archive);
  if (naming == Naming::keras) archive.tensors = rename_keras(archive.tensors);
  if (naming == Naming::torchvision) archive.tensors = rename_torchvision(archive);
  return naming;
}

}  // namespace impasto
