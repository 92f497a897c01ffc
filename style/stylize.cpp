#include "style/stylize.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "optim/adam.h"
#include "optim/lbfgs.h"
#include "tensor/allocator.h"
#include "tensor/error.h"
#include "tensor/gpu_graph.h"

namespace impasto {
namespace {

// steady: every iteration after the first launches the same work.
std::unique_ptr<Optimizer> make_optimizer(const StylizeSettings& settings, bool steady) {
  // Adam's step is in units of the picture: 10 of 255, as neural-style has it.
  const double rate = settings.learning_rate;
  if (settings.optimizer == OptimizerKind::adam) {
    AdamOptions options;
    options.learning_rate = rate > 0 ? rate : 10;
    return std::make_unique<Adam>(options);
  }
  LbfgsOptions options;
  options.learning_rate = rate > 0 ? rate : 1;
  options.history = std::min(settings.lbfgs_history, settings.iterations);
  options.whole_history = steady;
  options.strong_wolfe = settings.line_search;
  return make_lbfgs(options);
}

// The optimisation as a device sees it: iterations that follow each other, recorded and replayed
// where that is possible, and a look at losses and status now and then.
class Painting {
 public:
  Painting(Context& context, StyleObjective& objective, const StylizeSettings& settings,
           const StylizeCallbacks& callbacks)
      : context_(context),
        objective_(objective),
        callbacks_(callbacks),
        searches_(settings.line_search && settings.optimizer == OptimizerKind::lbfgs),
        records_(settings.graph && !searches_ && GpuGraph::can_record(context.device())),
        optimizer_(make_optimizer(settings, records_)) {}

  void iterate(Tensor& image);

  // What the device knows of the last iteration; tells the callbacks.
  const StepResult& look();

  bool is_time_to_look() const {
    const bool each = context_.device().type != DeviceType::cuda;
    const int every = callbacks_.report_every > 0 ? callbacks_.report_every : each ? 1 : 10;
    return iteration_ == 1 || iteration_ % every == 0;
  }
  const LossReport& losses() const { return record_.losses; }
  std::size_t graph_launches() const { return graph_ ? graph_->launches() : 0; }

 private:
  void advance(Tensor& image);
  Evaluation evaluate(const Tensor& image);
  void report();

  Context& context_;
  StyleObjective& objective_;
  const StylizeCallbacks& callbacks_;
  bool searches_;
  bool records_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<GpuGraph> graph_;
  Tensor values_;  // losses of the last evaluation
  EvaluationRecord record_;
  StepResult step_;
  int iteration_ = 0;  // begun
  int evaluation_ = 0;
  int seen_ = 0;  // iterations when somebody last looked
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void Painting::report() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  record_ = {evaluation_ - 1, iteration_ - 1, elapsed.count(), objective_.read(values_),
             allocator_of(context_.device()).stats().peak_bytes};
  if (callbacks_.on_evaluation) callbacks_.on_evaluation(record_);
}

Evaluation Painting::evaluate(const Tensor& image) {
  LossTensors result = objective_.compute(context_, image, true);
  values_ = result.values;
  if (searches_) {
    ++evaluation_;
    report();
  }
  return {values_.slice(0, 1), std::move(result.gradient)};
}

void Painting::advance(Tensor& image) {
  optimizer_->advance(context_, image, [this](const Tensor& x) { return evaluate(x); });
}

void Painting::iterate(Tensor& image) {
  if (records_ && !graph_ && iteration_ > 0 && optimizer_->steady()) {
    const MemoryStats memory = allocator_of(context_.device()).stats();
    graph_.emplace(
        context_, [&] { advance(image); }, memory.peak_bytes - memory.live_bytes);
  }
  ++iteration_;
  if (!searches_) evaluation_ = iteration_;
  if (graph_) {
    graph_->replay(context_);
  } else {
    advance(image);
  }
}

const StepResult& Painting::look() {
  if (seen_ == iteration_) return step_;
  seen_ = iteration_;
  const std::int64_t retreats = step_.retreats;
  step_ = optimizer_->result();
  const std::int64_t untold = step_.retreats - retreats - (step_.message.empty() ? 0 : 1);
  if (untold > 0 && step_.status == StepStatus::progressed) {
    step_.message = fmt::format(
        "{} of the last iterations met values that are not finite and went "
        "back to the last good point",
        untold);
  }
  if (!searches_) report();
  return step_;
}

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

  Painting painting(context, objective, settings, callbacks);
  StylizeResult result{own_start(std::move(inputs), context.device()), {}, 0, 0, false};
  const auto look = [&] {
    const StepResult& step = painting.look();
    const bool stuck = step.status == StepStatus::stuck;
    result.iterations = static_cast<int>(step.steps) - (stuck ? 1 : 0);
    note(step.message);
    IMPASTO_CHECK(!stuck || result.iterations > 0, "the loss is not finite at the start: {}",
                  step.message);
    return stuck || step.status == StepStatus::converged;
  };
  bool done = false;
  int begun = 0;
  while (!done && begun < settings.iterations) {
    if (callbacks.should_stop && callbacks.should_stop()) {
      result.stopped = true;
      break;
    }
    painting.iterate(result.image);
    ++begun;
    if (painting.is_time_to_look() || begun == settings.iterations) done = look();
    const bool finished = !done || result.iterations == begun;
    if (finished && callbacks.on_iteration) callbacks.on_iteration(begun, result.image);
  }
  if (begun > 0 && !done) look();
  result.losses = painting.losses();
  result.graph_launches = painting.graph_launches();
  return result;
}

}  // namespace impasto
