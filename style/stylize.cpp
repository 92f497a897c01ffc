#include "style/stylize.h"

#include <chrono>
#include <memory>

#include "optim/adam.h"
#include "optim/lbfgs.h"
#include "tensor/allocator.h"
#include "tensor/error.h"

namespace impasto {
namespace {

std::unique_ptr<Optimizer> make_optimizer(const StylizeSettings& settings) {
  // Adam's step is in units of the picture: 10 of 255, as neural-style has it.
  const double rate = settings.learning_rate;
  if (settings.optimizer == OptimizerKind::adam) {
    AdamOptions options;
    options.learning_rate = rate > 0 ? rate : 10;
    return std::make_unique<Adam>(options);
  }
  LbfgsOptions options;
  options.learning_rate = rate > 0 ? rate : 1;
  options.history = settings.lbfgs_history;
  options.strong_wolfe = settings.line_search;
  return make_lbfgs(options);
}

// Feeds the optimiser and tells the caller about every evaluation.
class Recorder {
 public:
  Recorder(Context& context, StyleObjective& objective, const StylizeCallbacks& callbacks)
      : context_(context), objective_(objective), callbacks_(callbacks) {}

  Evaluation evaluate(const Tensor& image) {
    LossGradient result = objective_.evaluate(context_, image, true);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    record_ = {evaluations_++, iteration_, elapsed.count(), std::move(result.losses),
               allocator_of(context_.device()).stats().peak_bytes};
    if (callbacks_.on_evaluation) callbacks_.on_evaluation(record_);
    return {record_.losses.total, std::move(result.gradient)};
  }

  void begin_iteration(int iteration) { iteration_ = iteration; }
  const LossReport& losses() const { return record_.losses; }

 private:
  Context& context_;
  StyleObjective& objective_;
  const StylizeCallbacks& callbacks_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  EvaluationRecord record_;
  int evaluations_ = 0;
  int iteration_ = 0;
};

// The start picture on the device, in memory that nobody else sees; copied only if somebody else
// holds it.
Tensor own_start(StylizeInputs inputs, Device device) {
  inputs.content = {};
  inputs.styles.clear();
  if (inputs.start.device() != device) return inputs.start.to(device);
  return inputs.start.solely_owned() ? inputs.start : inputs.start.clone();
}

}  // namespace

StylizeResult stylize(Context& context, Vgg& network, const StylizeSettings& settings,
                      StylizeInputs inputs, const StylizeCallbacks& callbacks) {
  IMPASTO_CHECK(inputs.start.shape() == inputs.content.shape(),
                "stylize: start picture {}, content picture {}", inputs.start.shape().to_string(),
                inputs.content.shape().to_string());
  const auto note = [&](const std::string& text) {
    if (callbacks.on_note && !text.empty()) callbacks.on_note(text);
  };
  StyleObjective objective(context, network, settings, inputs.content, inputs.styles);
  for (const std::string& text : objective.layers().notes) note(text);

  const std::unique_ptr<Optimizer> optimizer = make_optimizer(settings);
  Recorder recorder(context, objective, callbacks);
  const Objective evaluate = [&](const Tensor& image) { return recorder.evaluate(image); };

  StylizeResult result{own_start(std::move(inputs), context.device()), {}, 0, false};
  while (result.iterations < settings.iterations) {
    if (callbacks.should_stop && callbacks.should_stop()) {
      result.stopped = true;
      break;
    }
    recorder.begin_iteration(result.iterations);
    const StepResult step = optimizer->step(context, result.image, evaluate);
    note(step.message);
    if (step.status == StepStatus::stuck) {
      IMPASTO_CHECK(result.iterations > 0, "the loss is not finite at the start: {}", step.message);
      break;
    }
    ++result.iterations;
    if (callbacks.on_iteration) callbacks.on_iteration(result.iterations, result.image);
    if (step.status == StepStatus::converged) break;
  }
  result.losses = recorder.losses();
  return result;
}

}  // namespace impasto
