#include "bench/libtorch/twin/twin.h"

#include <algorithm>
#include <limits>

#include <ATen/ATen.h>
#include <torch/optim/adam.h>
#include <torch/optim/lbfgs.h>

#include "bench/libtorch/twin/gpu.h"
#include "bench/libtorch/twin/scoped_setting.h"
#include "bench/libtorch/twin/torch_objective.h"
#include "bench/libtorch/twin/torch_tensors.h"
#include "optim/adam.h"

namespace impasto::twin {
namespace {

// Options as make_optimizer() in style/stylize.cpp has them. One iteration a step, and none of the
// tests that end a run early: ours has only that for a gradient of zeros.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const StylizeSettings& settings,
                                                        const at::Tensor& image) {
  const double rate = settings.learning_rate;
  const std::vector<at::Tensor> parameters = {image};
  if (settings.optimizer == OptimizerKind::adam) {
    const AdamOptions ours;
    return std::make_unique<torch::optim::Adam>(parameters,
                                                torch::optim::AdamOptions(rate > 0 ? rate : 10)
                                                    .betas({ours.beta1, ours.beta2})
                                                    .eps(ours.epsilon));
  }
  constexpr std::int64_t kMostEvaluations = 100;
  torch::optim::LBFGSOptions options(rate > 0 ? rate : 1);
  options.max_iter(1).max_eval(kMostEvaluations).tolerance_grad(-1).tolerance_change(-1);
  options.history_size(std::min(settings.lbfgs_history, settings.iterations));
  if (settings.line_search) options.line_search_fn("strong_wolfe");
  return std::make_unique<torch::optim::LBFGS>(parameters, options);
}

}  // namespace

std::shared_ptr<const TorchVgg> make_torch_vgg(const VggSpec& spec, PoolKind pooling,
                                               const Setting& setting, Device device) {
  return std::make_shared<TorchVgg>(spec, pooling, setting, device);
}

struct Twin::Impl {
  Impl(std::shared_ptr<const TorchVgg> network, const StylizeSettings& how,
       const LossLayers& layers, const StylizeInputs& inputs)
      : settings(how), objective(std::move(network), how, layers, inputs) {}

  const Setting& setting() const { return objective.network().setting(); }

  at::Tensor place(const Tensor& map) const {
    return map_to_torch(map, torch_device(objective.network().device()));
  }

  void load(const Tensor& picture) {
    recording.reset();
    image = place(picture).requires_grad_();
    if (!setting().graph) return;
    image.mutable_grad() = at::zeros_like(image);
    recording = Recording::of(objective.network().device().index, [this] {
      image.mutable_grad().zero_();
      losses = objective.losses(image);
      losses.total.backward();
    });
  }

  // Leaves losses and the image's gradient.
  void evaluate() {
    if (recording) return recording->replay();
    image.mutable_grad() = at::Tensor();
    losses = objective.losses(image);
    losses.total.backward();
  }

  StylizeSettings settings;
  TorchObjective objective;
  at::Tensor image;
  TorchObjective::Losses losses;
  std::unique_ptr<Recording> recording;
};

Twin::Twin(std::shared_ptr<const TorchVgg> network, const StylizeSettings& settings,
           const LossLayers& layers, const StylizeInputs& inputs) {
  const ScopedSetting scoped(network->setting());
  impl_ = std::make_unique<Impl>(std::move(network), settings, layers, inputs);
}

Twin::~Twin() = default;

LossGradient Twin::evaluate(const Tensor& image) {
  const ScopedSetting scoped(impl_->setting());
  impl_->load(image);
  impl_->evaluate();
  return {impl_->objective.report(impl_->losses), map_from_torch(impl_->image.grad())};
}

Twin::Chosen Twin::evaluate_with_choices(const Tensor& image,
                                         const std::map<std::string, Tensor>& convolutions) {
  const ScopedSetting scoped(impl_->setting());
  const TorchVgg& network = impl_->objective.network();
  std::map<std::string, at::Tensor> ours, theirs;
  std::vector<std::string> names;
  for (const auto& [name, map] : convolutions) {
    ours[name] = impl_->place(map);
    names.push_back(name);
  }
  {
    const at::NoGradGuard no_gradient;
    network.forward(impl_->place(image), names,
                    [&](const std::string& name, const at::Tensor& map) { theirs[name] = map; });
  }
  const Choices choices = network.choices(ours);
  const at::Tensor picture = impl_->place(image).requires_grad_();
  impl_->objective.losses(picture, &choices).total.backward();
  return {map_from_torch(picture.grad()), count_flips(choices, network.choices(theirs))};
}

std::map<std::string, LayerMaps> Twin::maps(const Tensor& image) const {
  const ScopedSetting scoped(impl_->setting());
  const at::NoGradGuard no_gradient;
  const TorchVgg& network = impl_->objective.network();
  std::map<std::string, LayerMaps> maps;
  network.forward(impl_->place(image), impl_->objective.layers().names(),
                  [&](const std::string& layer, const at::Tensor& map) {
                    maps[layer] = {map_from_torch(map), from_torch(torch_gram(map))};
                  });
  return maps;
}

void Twin::optimise(const Tensor& start, const Turn& turn) {
  const ScopedSetting scoped(impl_->setting());
  impl_->load(start);
  const auto optimizer = make_optimizer(impl_->settings, impl_->image);
  const bool searches =
      impl_->settings.line_search && impl_->settings.optimizer == OptimizerKind::lbfgs;
  double least = std::numeric_limits<double>::infinity();
  const auto closure = [&] {
    impl_->evaluate();
    if (searches) least = std::min(least, impl_->losses.total.item<double>());
    return impl_->losses.total;
  };
  while (turn.may_go()) {
    const double loss = optimizer->step(closure).item<double>();
    turn.iterated(searches ? least : loss);
  }
}

}  // namespace impasto::twin
