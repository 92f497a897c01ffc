#include "weights/weights.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/half.h"
#include "weights/layer_names.h"
#include "weights/network.h"
#include "weights/quote.h"

namespace impasto {
namespace {

constexpr const char* kOxfordLicense = "CC BY 4.0, Visual Geometry Group, University of Oxford";

bool holds_oxford_parameters(const Archive& archive) {
  const ArchiveTensor& bias = archive.tensors.at("conv1_1.bias");
  return bias.shape == Shape{64} && is_oxford_bias(bias.read());
}

void decide_input(Archive& archive, Naming naming, std::optional<InputPreset> wanted) {
  auto& metadata = archive.metadata;
  const bool oxford = holds_oxford_parameters(archive);
  if (oxford) metadata.try_emplace("license", kOxfordLicense);
  if (wanted) {
    set_input(metadata, *wanted);
    metadata.erase("input.assumed");
    return;
  }
  if (metadata.contains("input.channels")) return;
  const bool torchvision = naming == Naming::torchvision && !oxford;
  set_input(metadata, torchvision ? InputPreset::torchvision : InputPreset::caffe);
  if (!oxford && naming != Naming::keras) {
    metadata["input.assumed"] =
        fmt::format("from its {} layer names; the file does not say", to_string(naming));
  }
}

void check_layout(const Archive& archive) {
  const auto layout = archive.metadata.find("layout");
  if (layout != archive.metadata.end() && layout->second != "OIHW") {
    throw InputError(fmt::format("cannot use {}: its weights are laid out as {}, not OIHW",
                                 quote(archive.path), quote(layout->second)));
  }
}

template <class T>
bool all_finite(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return std::all_of(values.begin(), values.end(), [](T value) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::isfinite(value);
    } else {
      return std::isfinite(to_float(value));
    }
  });
}

}  // namespace

Archive open_weights(const std::string& path, std::optional<InputPreset> input) {
  Archive archive = open_archive(path);
  check_layout(archive);
  const Naming naming = rename_layers(archive);
  const std::vector<NetworkLayer> layers = check_network(archive);
  decide_input(archive, naming, input);
  archive.metadata["layout"] = "OIHW";
  archive.metadata.try_emplace("padding", "zero");
  archive.metadata.try_emplace("network", network_name(layers));
  return archive;
}

NamedTensors read_weights(const std::string& path, std::optional<InputPreset> input) {
  NamedTensors weights = read_all(open_weights(path, input));
  for (auto& [name, tensor] : weights.tensors) tensor = tensor.to(DType::f32);
  check_finite(path, weights);
  return weights;
}

void check_finite(const std::string& path, const NamedTensors& weights) {
  for (const auto& [name, tensor] : weights.tensors) {
    const bool finite = tensor.dtype() == DType::f16    ? all_finite<Half>(tensor)
                        : tensor.dtype() == DType::bf16 ? all_finite<BFloat16>(tensor)
                                                        : all_finite<float>(tensor);
    if (!finite) {
      throw InputError(fmt::format("cannot use {}: {} holds NaN or infinity as {}", quote(path),
                                   quote(name), to_string(tensor.dtype())));
    }
  }
}

}  // namespace impasto
