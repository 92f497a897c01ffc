#include "style/stylize.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "ops/autotuner.h"
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

  // What the device knows of the last iteration; tells the callbacks. Nothing when that is known.
  StepStatus look();
  int finished() const;  // iterations, when somebody last looked
  const std::string& message() const { return step_.message; }
  void note(const std::string& text) const {
    if (callbacks_.on_note && !text.empty()) callbacks_.on_note(text);
  }

  bool is_time_to_look() const {
    if (searches_) return true;  // the host has waited already
    const bool each = context_.device().type != DeviceType::cuda;
    const int every = callbacks_.report_every > 0 ? callbacks_.report_every : each ? 1 : 10;
    return iteration_ == 1 || iteration_ % every == 0;
  }
  const LossReport& losses() const { return record_.losses; }
  std::size_t graph_launches() const { return graph_ ? graph_->launches() : 0; }

 private:
  bool is_settled();
  void record(Tensor& image);
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
  int timed_ = 0;      // problems that a tuner had measured before the last iteration
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

// Was an iteration launched, with nothing else than what every one does? Kernels that are tried out
// take memory of their own, and cannot be tried in a recording.
bool Painting::is_settled() {
  const Autotuner* const tuner = context_.autotuner();
  const int timed = tuner == nullptr ? 0 : tuner->report().measured;
  const bool settled = iteration_ > 0 && timed == timed_;
  if (!settled) allocator_of(context_.device()).reset_recent_peak();
  timed_ = timed;
  return settled;
}

// What an iteration takes at a time is known once one was launched. Where a recording does not fit,
// which needs that memory for itself, iterations are launched as before.
void Painting::record(Tensor& image) {
  const MemoryStats memory = allocator_of(context_.device()).stats();
  try {
    graph_.emplace(
        context_, [&] { advance(image); }, memory.recent_peak_bytes - memory.live_bytes);
  } catch (const OutOfMemory&) {
    records_ = false;
    note("there is no memory to record an iteration in; each is launched");
  }
}

void Painting::iterate(Tensor& image) {
  if (!graph_ && is_settled() && records_ && optimizer_->steady()) record(image);
  ++iteration_;
  if (!searches_) evaluation_ = iteration_;
  if (graph_) {
    graph_->replay(context_);
  } else {
    advance(image);
  }
}

StepStatus Painting::look() {
  if (seen_ == iteration_) return step_.status;
  seen_ = iteration_;
  const std::int64_t known = step_.retreats;
  step_ = optimizer_->result();
  const bool told = step_.status == StepStatus::recovered || step_.status == StepStatus::stuck;
  const std::int64_t untold = step_.retreats - known - (told ? 1 : 0);
  if (untold > 0) note(fmt::format("{} iterations before met values that are not finite", untold));
  note(step_.message);
  if (!searches_) report();
  return step_.status;
}

int Painting::finished() const {
  return static_cast<int>(step_.steps) - (step_.status == StepStatus::stuck ? 1 : 0);
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
  StyleObjective objective(context, network, settings, inputs.content, inputs.styles);
  Painting painting(context, objective, settings, callbacks);
  for (const std::string& text : objective.layers().notes) painting.note(text);
  StylizeResult result{own_start(std::move(inputs), context.device()), {}, 0, 0, false};
  StepStatus status = StepStatus::progressed;
  const auto is_over = [&] {
    return status == StepStatus::converged || status == StepStatus::stuck;
  };
  int begun = 0;
  while (!is_over() && begun < settings.iterations) {
    if (callbacks.should_stop && callbacks.should_stop()) {
      result.stopped = true;
      break;
    }
    painting.iterate(result.image);
    ++begun;
    if (painting.is_time_to_look()) status = painting.look();
    const bool finished = !is_over() || painting.finished() == begun;
    if (finished && callbacks.on_iteration) callbacks.on_iteration(begun, result.image);
  }
  if (begun > 0) status = painting.look();
  result.iterations = painting.finished();
  IMPASTO_CHECK(status != StepStatus::stuck || result.iterations > 0,
                "the loss is not finite at the start: {}", painting.message());
  result.losses = painting.losses();
  result.graph_launches = painting.graph_launches();
  return result;
}

}  // namespace impasto
