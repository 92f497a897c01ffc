#include "style/layers.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "tensor/error.h"

namespace impasto {
namespace {

const char* const kContent[] = {"relu4_2"};
const char* const kStyle[] = {"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"};

// Depth of reluB_I as a number that orders layers: no block has 16 convolutions.
int depth_of(const std::string& layer) {
  return (layer[4] - '0') * 16 + std::atoi(layer.c_str() + 6);
}

// The ReLU layer nearest in depth; the deeper of two equally near ones.
std::string nearest_layer(const Vgg& network, const std::string& wanted) {
  std::string best;
  int least = std::numeric_limits<int>::max();
  for (const std::string& layer : network.layers()) {
    if (!layer.starts_with("relu")) continue;
    const int distance = std::abs(depth_of(layer) - depth_of(wanted));
    if (distance <= least) least = distance, best = layer;
  }
  return best;
}

std::vector<WeightedLayer> default_layers(const Vgg& network, std::span<const char* const> wanted,
                                          const char* loss, std::vector<std::string>& notes) {
  std::vector<WeightedLayer> layers;
  for (const std::string name : wanted) {
    const std::string layer = nearest_layer(network, name);
    const bool known = std::ranges::count(layers, layer, &WeightedLayer::name) != 0;
    if (layer != name) {
      notes.push_back(fmt::format("the network ends before {}: {} loss {} {}", name, loss,
                                  known ? "already has" : "uses", layer));
    }
    if (!known) layers.push_back({layer, 1});
  }
  return layers;
}

void check_exist(const Vgg& network, const std::vector<WeightedLayer>& layers) {
  for (const WeightedLayer& layer : layers) network.check_layers(std::span(&layer.name, 1));
}

}  // namespace

std::vector<std::string> LossLayers::names() const {
  std::vector<std::string> all;
  for (const auto& list : {content, style}) {
    for (const WeightedLayer& layer : list) {
      if (std::ranges::count(all, layer.name) == 0) all.push_back(layer.name);
    }
  }
  return all;
}

LossLayers resolve_layers(const Vgg& network, const StylizeSettings& settings) {
  check_exist(network, settings.content_layers);
  check_exist(network, settings.style_layers);
  LossLayers layers{settings.content_layers, settings.style_layers, {}};
  if (layers.content.empty()) {
    layers.content = default_layers(network, kContent, "the content", layers.notes);
  }
  if (layers.style.empty()) {
    layers.style = default_layers(network, kStyle, "the style", layers.notes);
  }
  if (settings.content_weight == 0) layers.content.clear();
  if (settings.style_weight == 0) layers.style.clear();
  return layers;
}

}  // namespace impasto
