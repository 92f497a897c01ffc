#include "weights/network.h"

#include <algorithm>
#include <array>

#include "tensor/error.h"
#include "weights/quote.h"

namespace impasto {
namespace {

class Checker {
 public:
  explicit Checker(const Archive& archive) : archive_(archive) {}

  std::vector<NetworkLayer> run() {
    std::vector<NetworkLayer> layers = collect();
    std::int64_t channels = 3;
    if (archive_.tensors.contains("conv0.weight")) channels = check_layer("conv0", channels);
    LayerId previous;
    for (const NetworkLayer& layer : layers) {
      check_order(previous, layer.id);
      channels = check_layer(layer_name(layer.id), channels);
      previous = layer.id;
    }
    return layers;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw InputError(
        fmt::format("{} is not a usable VGG network: {}", quote(archive_.path), reason));
  }

  std::vector<NetworkLayer> collect() const {
    std::vector<NetworkLayer> layers;
    for (const auto& [name, tensor] : archive_.tensors) {
      const std::size_t dot = name.rfind('.');
      LayerId id;
      if (!parse_layer(std::string_view(name).substr(0, dot), id)) continue;
      if (name.substr(dot) == ".weight") {
        layers.push_back({id, tensor.shape});
      } else if (!archive_.tensors.contains(layer_name(id) + ".weight")) {
        fail(layer_name(id) + ".weight is missing");
      }
    }
    std::sort(layers.begin(), layers.end(), [](const NetworkLayer& a, const NetworkLayer& b) {
      return std::pair(a.id.block, a.id.index) < std::pair(b.id.block, b.id.index);
    });
    if (layers.empty()) fail("conv1_1.weight is missing");
    return layers;
  }

  void check_order(const LayerId& previous, const LayerId& id) const {
    const bool same_block = id.block == previous.block && id.index == previous.index + 1;
    const bool next_block = id.block == previous.block + 1 && id.index == 1;
    if (same_block || next_block) return;
    const LayerId missing =
        id.index > 1 ? LayerId{id.block, id.index - 1} : LayerId{id.block - 1, 1};
    fail(fmt::format("it has {} but not {}", layer_name(id), layer_name(missing)));
  }

  // Returns the layer's output channels.
  std::int64_t check_layer(const std::string& layer, std::int64_t channels) const {
    const Shape& wei = archive_.tensors.at(layer + ".weight").shape;
    if (wei.rank() != 4 || wei[0] < 1 || wei[2] != wei[3] || wei[2] % 2 != 1) {
      fail(fmt::format("{}.weight is {}, not [oc, ic, k, k] with odd k", layer, wei.to_string()));
    }
    if (wei[1] != channels) {
      fail(fmt::format("{}.weight takes {} channels but gets {}", layer, wei[1], channels));
    }
    const auto bias = archive_.tensors.find(layer + ".bias");
    if (bias == archive_.tensors.end()) fail(layer + ".bias is missing");
    if (bias->second.shape != Shape{wei[0]}) {
      fail(fmt::format("{}.bias is {}, not [{}]", layer, bias->second.shape.to_string(), wei[0]));
    }
    return wei[0];
  }

  const Archive& archive_;
};

}  // namespace

std::vector<NetworkLayer> check_network(const Archive& archive) {
  return Checker(archive).run();
}

std::string network_name(const std::vector<NetworkLayer>& layers) {
  constexpr std::array<int, 5> kVgg19 = {2, 2, 4, 4, 4};
  constexpr std::array<int, 5> kVgg16 = {2, 2, 3, 3, 3};
  std::array<int, 5> counts{};
  bool regular = layers.back().id.block <= 5;
  for (std::size_t i = 0; regular && i < layers.size(); ++i) {
    ++counts[static_cast<std::size_t>(layers[i].id.block - 1)];
    const std::int64_t oc = std::min(512, 32 << layers[i].id.block);
    regular = layers[i].wei[0] == oc && layers[i].wei[2] == 3;
  }
  // Whole blocks must agree, and the last, which may end early, must fit.
  const auto last = static_cast<std::size_t>(layers.back().id.block - 1);
  const auto fits = [&](const std::array<int, 5>& want) {
    return regular && std::equal(want.begin(), want.begin() + last, counts.begin()) &&
           counts[last] <= want[last];
  };
  const std::string_view family = fits(kVgg19) ? "VGG-19" : fits(kVgg16) ? "VGG-16" : "VGG-like";
  return fmt::format("{}, {} to {}", family, layer_name(layers.front().id),
                     layer_name(layers.back().id));
}

std::string layer_name(const LayerId& id) {
  return fmt::format("conv{}_{}", id.block, id.index);
}

}  // namespace impasto
