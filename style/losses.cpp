#include "style/losses.h"

#include <array>

#include "ops/basis/basis.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gram/gram.h"
#include "tensor/error.h"

namespace impasto {
namespace {

std::vector<std::string> names_of(const std::vector<WeightedLayer>& layers) {
  std::vector<std::string> names;
  for (const WeightedLayer& layer : layers) names.push_back(layer.name);
  return names;
}

void check_size(const Vgg& network, const std::vector<std::string>& layers, const Tensor& picture,
                const std::string& which) {
  for (const std::string& layer : layers) {
    try {
      network.layer_shape(layer, picture.shape()[1], picture.shape()[2]);
    } catch (const InputError& error) {
      throw InputError(fmt::format("the {} picture ({} x {}) cannot be used: {}; use a larger one",
                                   which, picture.shape()[2], picture.shape()[1], error.what()));
    }
  }
}

std::vector<double> normalised_blend(const std::vector<double>& blend, std::size_t styles) {
  if (blend.empty()) return std::vector<double>(styles, 1.0 / static_cast<double>(styles));
  if (blend.size() != styles) {
    throw InputError(
        fmt::format("--style-blend has {} numbers for {} style pictures", blend.size(), styles));
  }
  double total = 0;
  for (double weight : blend) total += weight;
  std::vector<double> result;
  for (double weight : blend) result.push_back(weight / total);
  return result;
}

}  // namespace

double gram_scale(const Shape& features) {
  return 1.0 / static_cast<double>(features[1] * features[2] * features[3]);
}

StyleObjective::StyleObjective(Context& context, Vgg& network, const StylizeSettings& settings,
                               const Tensor& content, const std::vector<Tensor>& styles)
    : network_(network),
      settings_(settings),
      layers_(resolve_layers(network, settings)),
      names_(layers_.names()) {
  check_settings(settings);
  check_size(network, names_, content, "content");
  add_content_targets(context, content.to(context.device()));
  if (!layers_.style.empty()) add_style_targets(context, styles);
  const std::int64_t terms = std::ssize(content_) + std::ssize(style_) + 2;
  values_ = Tensor::zeros({terms}, DType::f64, context.device());
  one_ = Tensor::full({1}, 1, DType::f64, context.device());
}

void StyleObjective::add_content_targets(Context& context, const Tensor& content) {
  const auto features = network_.forward(context, Variable(content), names_of(layers_.content));
  for (const WeightedLayer& layer : layers_.content) {
    content_.push_back(
        {layer.name, settings_.content_weight * layer.weight, features.at(layer.name).value()});
  }
}

void StyleObjective::add_style_targets(Context& context, const std::vector<Tensor>& styles) {
  if (styles.empty()) throw InputError("a style picture is needed unless --style-weight is 0");
  const std::vector<double> blend = normalised_blend(settings_.style_blend, styles.size());
  const std::vector<std::string> names = names_of(layers_.style);
  for (const WeightedLayer& layer : layers_.style) {
    style_.push_back({layer.name, settings_.style_weight * layer.weight, {}});
  }
  for (std::size_t i = 0; i < styles.size(); ++i) {
    check_size(network_, names, styles[i], "style");
    const auto add_gram = [&](const std::string& layer, const Variable& map) {
      const Tensor gram = gram_forward(context, map.value(), blend[i] * gram_scale(map.shape()));
      for (Term& term : style_) {
        if (term.layer != layer) continue;
        term.target = term.target.defined() ? add(context, term.target, gram) : gram;
      }
    };
    network_.forward(context, Variable(styles[i].to(context.device())), names, add_gram);
  }
}

// The losses of a layer are built while the network is at that layer: so its features die as soon
// as the next layer has read them, unless a gradient rule saved them, and its gradients are
// computed when the backward pass is there.
StyleObjective::TermLosses StyleObjective::term_losses(Context& context, const Variable& image) {
  TermLosses losses;
  losses.content.resize(content_.size());
  losses.style.resize(style_.size());
  network_.forward(context, image, names_, [&](const std::string& layer, const Variable& map) {
    for (std::size_t i = 0; i < content_.size(); ++i) {
      const Term& term = content_[i];
      if (term.layer != layer) continue;
      losses.content[i] = mse(context, map, Variable(term.target), term.weight);
    }
    for (std::size_t i = 0; i < style_.size(); ++i) {
      const Term& term = style_[i];
      if (term.layer != layer) continue;
      const Variable g = gram(context, map, gram_scale(map.shape()));
      losses.style[i] = mse(context, g, Variable(term.target), term.weight);
    }
  });
  if (settings_.tv_weight > 0) {
    losses.tv = total_variation(context, image, settings_.tv_kind, settings_.tv_weight);
  }
  return losses;
}

// One tensor of all values, in the order that read() takes them apart.
void StyleObjective::gather(Context& context, const Variable& total, const TermLosses& losses) {
  std::int64_t at = 0;
  const auto put = [&](const Variable& loss) {
    Tensor slot = values_.slice(at, at + 1).reshape({});
    if (loss.defined()) combine(context, one_, std::array{loss.value()}, slot);
    ++at;
  };
  put(total);
  for (const Variable& loss : losses.content) put(loss);
  for (const Variable& loss : losses.style) put(loss);
  put(losses.tv);
}

LossTensors StyleObjective::compute(Context& context, const Tensor& image, bool want_gradient) {
  const Variable x(image.to(context.device()), want_gradient);
  const TermLosses losses = term_losses(context, x);
  Variable total;
  const auto include = [&](const Variable& loss) {
    if (loss.defined()) total = total.defined() ? add(context, total, loss) : loss;
  };
  // Added up in the order of the terms, whatever the order of the layers in the network.
  for (const Variable& loss : losses.content) include(loss);
  for (const Variable& loss : losses.style) include(loss);
  include(losses.tv);
  gather(context, total, losses);
  LossTensors result{values_, {}};
  if (want_gradient) {
    backward(context, total, one_.reshape(total.shape()));
    result.gradient = x.grad();
  }
  return result;
}

LossReport StyleObjective::read(const Tensor& values) const {
  const Tensor host = values.to(Device{});
  const double* value = host.data<double>();
  LossReport report;
  report.total = *value++;
  for (const Term& term : content_) report.content[term.layer] = *value++;
  for (const Term& term : style_) report.style[term.layer] = *value++;
  report.tv = *value;
  return report;
}

LossGradient StyleObjective::evaluate(Context& context, const Tensor& image, bool want_gradient) {
  LossTensors result = compute(context, image, want_gradient);
  return {read(result.values), std::move(result.gradient)};
}

}  // namespace impasto
