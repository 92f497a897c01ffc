#include "bench/libtorch/twin/torch_objective.h"

#include <numeric>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "bench/libtorch/twin/torch_tensors.h"

namespace impasto::twin {
namespace {

std::vector<std::string> names_of(const std::vector<WeightedLayer>& layers) {
  std::vector<std::string> names;
  for (const WeightedLayer& layer : layers) names.push_back(layer.name);
  return names;
}

// The share of each style picture.
std::vector<double> shares(const std::vector<double>& blend, std::size_t styles) {
  if (blend.empty()) return std::vector<double>(styles, 1.0 / static_cast<double>(styles));
  const double total = std::accumulate(blend.begin(), blend.end(), 0.0);
  std::vector<double> result;
  for (double weight : blend) result.push_back(weight / total);
  return result;
}

// Calls each(i) for the places where a layer is in a list.
template <class Each>
void for_layer(const std::vector<WeightedLayer>& layers, const std::string& name, Each each) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name == name) each(i);
  }
}

}  // namespace

at::Tensor torch_gram(const at::Tensor& map) {
  const at::Tensor features = map.flatten(2)[0];
  return at::mm(features, features.t()) / static_cast<double>(features.numel());
}

TorchObjective::TorchObjective(std::shared_ptr<const TorchVgg> network,
                               const StylizeSettings& settings, const LossLayers& layers,
                               const StylizeInputs& inputs)
    : network_(std::move(network)),
      settings_(settings),
      layers_(layers),
      content_(layers.content.size()),
      style_(layers.style.size()) {
  const at::NoGradGuard targets_need_none;
  const c10::Device device = torch_device(network_->device());
  network_->forward(map_to_torch(inputs.content, device), names_of(layers_.content),
                    [&](const std::string& name, const at::Tensor& map) {
                      for_layer(layers_.content, name,
                                [&](std::size_t i) { content_[i] = map.clone(); });
                    });
  if (layers_.style.empty()) return;
  const std::vector<double> share = shares(settings_.style_blend, inputs.styles.size());
  for (std::size_t s = 0; s < inputs.styles.size(); ++s) {
    network_->forward(map_to_torch(inputs.styles[s], device), names_of(layers_.style),
                      [&](const std::string& name, const at::Tensor& map) {
                        const at::Tensor gram = torch_gram(map) * share[s];
                        for_layer(layers_.style, name, [&](std::size_t i) {
                          style_[i] = style_[i].defined() ? style_[i] + gram : gram;
                        });
                      });
  }
}

at::Tensor TorchObjective::variation(const at::Tensor& image) const {
  const at::Tensor rows = image.diff(1, 2), columns = image.diff(1, 3);
  const auto sum = [&](const at::Tensor& d) {
    return settings_.tv_kind == VariationKind::squared ? d.square().sum() : d.abs().sum();
  };
  return (sum(rows) + sum(columns)) * (settings_.tv_weight / static_cast<double>(image.numel()));
}

TorchObjective::Losses TorchObjective::losses(const at::Tensor& image,
                                              const Choices* choices) const {
  Losses losses;
  losses.content.resize(content_.size());
  losses.style.resize(style_.size());
  const auto visit = [&](const std::string& name, const at::Tensor& map) {
    for_layer(layers_.content, name, [&](std::size_t i) {
      losses.content[i] =
          at::mse_loss(map, content_[i]) * (settings_.content_weight * layers_.content[i].weight);
    });
    for_layer(layers_.style, name, [&](std::size_t i) {
      losses.style[i] = at::mse_loss(torch_gram(map), style_[i]) *
                        (settings_.style_weight * layers_.style[i].weight);
    });
  };
  network_->forward(image, layers_.names(), visit, choices);
  if (settings_.tv_weight > 0) losses.tv = variation(image);
  const auto include = [&](const at::Tensor& loss) {
    if (loss.defined()) losses.total = losses.total.defined() ? losses.total + loss : loss;
  };
  for (const at::Tensor& loss : losses.content) include(loss);
  for (const at::Tensor& loss : losses.style) include(loss);
  include(losses.tv);
  return losses;
}

LossReport TorchObjective::report(const Losses& losses) const {
  LossReport report;
  report.total = losses.total.item<double>();
  for (std::size_t i = 0; i < layers_.content.size(); ++i) {
    report.content[layers_.content[i].name] = losses.content[i].item<double>();
  }
  for (std::size_t i = 0; i < layers_.style.size(); ++i) {
    report.style[layers_.style[i].name] = losses.style[i].item<double>();
  }
  if (losses.tv.defined()) report.tv = losses.tv.item<double>();
  return report;
}

}  // namespace impasto::twin
