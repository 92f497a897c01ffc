#include "bench/libtorch/twin/lockstep.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "bench/libtorch/twin/twin.h"
#include "ops/gram/gram.h"
#include "tools/lab/difference.h"

namespace impasto::twin {
namespace {

// One objective on both sides.
struct Pair {
  StyleObjective ours;
  Twin theirs;
};

// Outputs of the convolutions up to the deepest of these layers, which is where its kinks are.
std::map<std::string, Tensor> convolutions(Context& context, Vgg& network, const Tensor& image,
                                           std::vector<std::string> layers) {
  std::vector<std::string> names;
  for (const std::string& name : network.layers()) {
    if (layers.empty()) break;
    std::erase(layers, name);
    if (name.starts_with("conv") && name != "conv0") names.push_back(name);
  }
  std::map<std::string, Tensor> maps;
  network.forward(context, Variable(image), names, [&](const std::string& name, const Variable& x) {
    maps[name] = x.value().to(Device{});
  });
  return maps;
}

// A layer's losses without the others.
StylizeSettings only(const StylizeSettings& settings, const LossLayers& layers,
                     const std::string& layer) {
  StylizeSettings result = settings;
  const auto keep = [&](const std::vector<WeightedLayer>& from, std::vector<WeightedLayer>& to,
                        double& weight) {
    to = from;
    std::erase_if(to, [&](const WeightedLayer& l) { return l.name != layer; });
    if (to.empty()) weight = 0;
  };
  keep(layers.content, result.content_layers, result.content_weight);
  keep(layers.style, result.style_layers, result.style_weight);
  result.tv_weight = 0;
  return result;
}

class Lockstep {
 public:
  Lockstep(Context& context, const Problem& problem)
      : context_(context),
        ours_(problem.spec, problem.pooling, context.device()),
        theirs_(make_torch_vgg(problem.spec, problem.pooling, parse_setting("frozen"),
                               context.device())),
        names_(problem.layers.names()),
        total_(make(problem, problem.settings)) {
    for (const std::string& name : names_) {
      const StylizeSettings settings = only(problem.settings, problem.layers, name);
      // A layer of weight 0 has no gradient to compare.
      if (settings.content_weight + settings.style_weight == 0) continue;
      layers_.emplace(name, make(problem, settings));
    }
  }

  LockstepRow compare(int iteration, const Tensor& image);
  Vgg& network() { return ours_; }

 private:
  std::unique_ptr<Pair> make(const Problem& problem, const StylizeSettings& settings) {
    return std::unique_ptr<Pair>(new Pair{
        StyleObjective(context_, ours_, settings, problem.inputs.content, problem.inputs.styles),
        Twin(theirs_, settings, resolve_layers(ours_, settings), problem.inputs)});
  }
  void compare_losses(LockstepRow& row) const;
  void compare_maps(const Tensor& image, LockstepRow& row);

  Context& context_;
  Vgg ours_;
  std::shared_ptr<const TorchVgg> theirs_;
  std::vector<std::string> names_;
  std::unique_ptr<Pair> total_;
  std::map<std::string, std::unique_ptr<Pair>> layers_;
};

LockstepRow Lockstep::compare(int iteration, const Tensor& image) {
  LockstepRow row;
  row.iteration = iteration;
  const LossGradient ours = total_->ours.evaluate(context_, image, true);
  const LossGradient theirs = total_->theirs.evaluate(image);
  row.ours = ours.losses;
  row.theirs = theirs.losses;
  row.gradient = lab::difference(theirs.gradient, ours.gradient.to(Device{})).frobenius;
  const Twin::Chosen chosen =
      total_->theirs.evaluate_with_choices(image, convolutions(context_, ours_, image, names_));
  row.same_choices = lab::difference(chosen.gradient, ours.gradient.to(Device{})).frobenius;
  row.flips = chosen.flips;
  compare_losses(row);
  for (const auto& [name, pair] : layers_) {
    const Tensor want = pair->ours.evaluate(context_, image, true).gradient.to(Device{});
    row.layers[name].gradient =
        lab::difference(pair->theirs.evaluate(image).gradient, want).frobenius;
  }
  compare_maps(image, row);
  return row;
}

void Lockstep::compare_losses(LockstepRow& row) const {
  row.total = relative_difference(row.theirs.total, row.ours.total, row.ours.total);
  const auto judge = [&](double got, double want) {
    const double scale = std::max(std::abs(want), kLeastShare * std::abs(row.ours.total));
    const double difference = relative_difference(got, want, scale);
    row.worst_loss = std::max(row.worst_loss, difference);
    return difference;
  };
  const auto layers = [&](const std::map<std::string, double>& got,
                          const std::map<std::string, double>& want) {
    for (const auto& [name, loss] : want) {
      LayerDifference& layer = row.layers[name];
      layer.loss = std::max(layer.loss, judge(got.at(name), loss));
    }
  };
  layers(row.theirs.content, row.ours.content);
  layers(row.theirs.style, row.ours.style);
  judge(row.theirs.tv, row.ours.tv);
}

void Lockstep::compare_maps(const Tensor& image, LockstepRow& row) {
  const auto theirs = total_->theirs.maps(image);
  ours_.forward(context_, Variable(image), names_, [&](const std::string& name, const Variable& x) {
    const Tensor map = x.value();
    const Tensor gram = gram_forward(context_, map, gram_scale(map.shape())).to(Device{});
    const LayerMaps& maps = theirs.at(name);
    row.layers[name].features = lab::difference(maps.features, map.to(Device{})).frobenius;
    row.layers[name].gram = lab::difference(maps.gram, gram.reshape(maps.gram.shape())).frobenius;
  });
}

}  // namespace

double relative_difference(double got, double want, double scale) {
  if (got == want) return 0;
  return std::abs(got - want) / std::abs(scale);
}

bool agrees(const SettingDifference& difference, const Limits& limits) {
  return difference.loss <= limits.loss && difference.same_choices <= limits.same_choices &&
         (difference.gradient <= limits.gradient || difference.flips > 0);
}

bool agrees(const LockstepRow& row, const Limits& limits) {
  const SettingDifference gradient{row.total, row.gradient, row.same_choices, row.flips};
  return row.worst_loss <= limits.loss && agrees(gradient, limits);
}

LockstepRun run_lockstep(Context& context, const Problem& problem, int iterations,
                         const std::function<void(const LockstepRow&)>& on_row) {
  Lockstep lockstep(context, problem);
  LockstepRun run{{}, problem.inputs.start};
  const auto compare = [&](int iteration, const Tensor& image) {
    run.rows.push_back(lockstep.compare(iteration, image));
    if (on_row) on_row(run.rows.back());
  };
  compare(0, problem.inputs.start.to(context.device()));
  if (iterations < 2) return run;
  StylizeSettings settings = problem.settings;
  settings.iterations = iterations - 1;
  settings.graph = false;  // evaluations of ours are in between
  StylizeCallbacks callbacks;
  callbacks.on_iteration = compare;
  run.last = stylize(context, lockstep.network(), settings, problem.inputs, callbacks).image;
  return run;
}

SettingDifference compare_setting(Context& context, const Problem& problem, const Setting& setting,
                                  const Tensor& image) {
  Vgg network(problem.spec, problem.pooling, context.device());
  StyleObjective objective(context, network, problem.settings, problem.inputs.content,
                           problem.inputs.styles);
  const LossGradient ours = objective.evaluate(context, image, true);
  Twin twin(make_torch_vgg(problem.spec, problem.pooling, setting, context.device()),
            problem.settings, problem.layers, problem.inputs);
  const LossGradient theirs = twin.evaluate(image);
  const Twin::Chosen chosen = twin.evaluate_with_choices(
      image, convolutions(context, network, image, problem.layers.names()));
  const Tensor want = ours.gradient.to(Device{});
  const double total = ours.losses.total;
  return {relative_difference(theirs.losses.total, total, total),
          lab::difference(theirs.gradient, want).frobenius,
          lab::difference(chosen.gradient, want).frobenius, chosen.flips};
}

}  // namespace impasto::twin
