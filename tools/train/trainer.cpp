#include "tools/train/trainer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "optim/vectors.h"
#include "optim/weight_average.h"

namespace impasto::train {
namespace {

constexpr std::int64_t kMostSkipped = 5;  // in a row

double value_of(const Variable& term) {
  return term.defined() ? term.value().item() : 0;
}

StepReport report_of(const Distillation& distillation) {
  StepReport report;
  report.loss = value_of(distillation.total);
  for (const LayerTerms& terms : distillation.layers) {
    report.layers.push_back(
        {terms.layer, value_of(terms.features), value_of(terms.gram), value_of(terms.geometry)});
  }
  return report;
}

void add_share(StepReport& sum, const StepReport& one, double share) {
  if (sum.layers.empty()) {
    for (const LayerLosses& losses : one.layers) sum.layers.push_back({.layer = losses.layer});
  }
  sum.loss += share * one.loss;
  for (std::size_t i = 0; i < one.layers.size(); ++i) {
    sum.layers[i].features += share * one.layers[i].features;
    sum.layers[i].gram += share * one.layers[i].gram;
    sum.layers[i].geometry += share * one.layers[i].geometry;
  }
}

std::int64_t read_count(const NamedTensors& file, const std::string& key,
                        const std::string& origin) {
  const auto at = file.metadata.find(key);
  std::int64_t value = -1;
  if (at != file.metadata.end()) {
    const std::string& text = at->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) value = -1;
  }
  if (value < 0) throw InputError(fmt::format("{}: no {}; this is no checkpoint", origin, key));
  return value;
}

}  // namespace

Trainer::Trainer(Context& context, const TrainerSettings& settings, Teachers& teachers,
                 Batches batches)
    : context_(context),
      settings_(settings),
      teachers_(teachers),
      batches_(std::move(batches)),
      layout_(student_layout(settings.shape, teachers)),
      parameters_(
          initial_parameters(layout_, settings.shape, teachers, settings.seed, settings.dtype)
              .to(context.device())),
      average_(parameters_.clone()),
      student_(layout_, settings.shape, teachers, parameters_, true),
      adam_({.params = {}, .max_norm = settings.max_norm}) {}

StepReport Trainer::step() {
  const Tensor pictures = batches_(step_).to(settings_.dtype).to(context_.device());
  const Distillation losses = distil(context_, student_, teachers_, settings_.weights, pictures);
  StepReport report = report_of(losses);
  report.step = step_;
  report.learning_rate = settings_.rate.at(step_);
  backward(context_, losses.total);
  const Tensor gradient = student_.take_gradient(context_);
  report.skipped = !std::isfinite(report.loss);
  if (!report.skipped) {
    const auto moved = adam_.step(context_, parameters_, gradient, report.learning_rate);
    report.gradient_norm = moved.norm;
    report.skipped = !moved.moved;
  }
  skipped_ = report.skipped ? skipped_ + 1 : 0;
  if (!report.skipped) {
    average_weights(context_, parameters_, settings_.average_decay, step_, average_);
  }
  ++step_;
  if (skipped_ >= kMostSkipped) {
    throw InputError(fmt::format(
        "loss or gradient was not finite in {} steps in a row, up to step {}: stopped; "
        "resume the last checkpoint with a lower learning rate, or start again with one",
        skipped_, step_));
  }
  return report;
}

StepReport Trainer::validate(const std::vector<Tensor>& batches) {
  Student averaged(layout_, settings_.shape, teachers_, average_, false);
  StepReport mean;
  for (const Tensor& batch : batches) {
    const Tensor pictures = batch.to(settings_.dtype).to(context_.device());
    add_share(mean, report_of(distil(context_, averaged, teachers_, settings_.weights, pictures)),
              1.0 / static_cast<double>(batches.size()));
  }
  mean.step = step_;
  return mean;
}

VggSpec Trainer::encoder() const {
  return student_spec(layout_, settings_.shape, average_.to(Device{}).clone());
}

void Trainer::save(NamedTensors& file) const {
  layout_.pack("parameters", parameters_, file);
  layout_.pack("average", average_, file);
  if (adam_.state().m.defined()) {
    layout_.pack("adam.m", adam_.state().m, file);
    layout_.pack("adam.v", adam_.state().v, file);
  }
  file.metadata["train.step"] = std::to_string(step_);
  file.metadata["train.skipped"] = std::to_string(skipped_);
  file.metadata["train.adam_steps"] = std::to_string(adam_.state().steps);
}

void Trainer::restore(const NamedTensors& file, const std::string& origin) {
  StochasticAdam::State adam;
  adam.steps = read_count(file, "train.adam_steps", origin);
  if (adam.steps > 0) {
    ensure_like(context_, parameters_, adam.m);
    ensure_like(context_, parameters_, adam.v);
    layout_.unpack("adam.m", file, origin, adam.m);
    layout_.unpack("adam.v", file, origin, adam.v);
  }
  Tensor parameters = parameters_;
  layout_.unpack("average", file, origin, average_);
  layout_.unpack("parameters", file, origin, parameters);
  assign(context_, 1, parameters, parameters_);  // in place: the student looks at this memory
  adam_.set_state(std::move(adam));
  step_ = read_count(file, "train.step", origin);
  skipped_ = read_count(file, "train.skipped", origin);
}

}  // namespace impasto::train
