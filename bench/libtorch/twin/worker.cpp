#include "bench/libtorch/twin/worker.h"

#include <chrono>
#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "bench/libtorch/twin/gpu.h"
#include "bench/libtorch/twin/problem.h"
#include "bench/libtorch/twin/scoped_setting.h"
#include "bench/libtorch/twin/twin.h"
#include "tensor/allocator.h"
#include "tools/machine/resident.h"

namespace impasto::twin {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void answer(const nlohmann::json& json) {
  std::cout << json.dump() << std::endl;
}

class Turns {
 public:
  explicit Turns(std::function<std::size_t()> gpu_peak) : gpu_peak_(std::move(gpu_peak)) {}

  void begin_setup(std::size_t resident_before) {
    resident_before_ = resident_before;
    start_ = Clock::now();
  }

  // Waits for an order when the last is done; false when there are no more.
  bool may_go() {
    if (!ready_) {
      ready_ = true;
      answer({{"setup_ms", ms_since(start_)}, {"resident_before_bytes", resident_before_}});
    }
    if (left_ == 0 && !(std::cin >> left_ && left_ > 0)) return false;
    start_ = Clock::now();
    return true;
  }

  void iterated(double loss) {
    ms_.push_back(ms_since(start_));
    losses_.push_back(loss);
    if (--left_ == 0) report();
  }

  // The run ended by itself, maybe within a turn.
  void end() {
    if (left_ > 0) report();
  }

 private:
  void report() {
    answer({{"ms", ms_},
            {"loss", losses_},
            {"peak_resident_bytes", machine::resident_bytes("VmHWM")},
            {"peak_gpu_bytes", gpu_peak_()}});
    ms_.clear();
    losses_.clear();
  }

  std::function<std::size_t()> gpu_peak_;
  std::size_t resident_before_ = 0;
  Clock::time_point start_;
  bool ready_ = false;
  int left_ = 0;
  std::vector<double> ms_, losses_;
};

void run_ours(Context& context, Problem problem, Turns& turns) {
  Vgg network(problem.spec, problem.pooling, context.device());
  problem.spec = {};
  StylizeCallbacks callbacks;
  callbacks.report_every = 1;
  const bool searches =
      problem.settings.line_search && problem.settings.optimizer == OptimizerKind::lbfgs;
  std::optional<double> least;
  callbacks.on_evaluation = [&](const EvaluationRecord& record) {
    const double loss = record.losses.total;
    least = searches && least ? std::min(*least, loss) : loss;
  };
  callbacks.on_iteration = [&](int, const Tensor&) { turns.iterated(*least); };
  callbacks.should_stop = [&] { return !turns.may_go(); };
  stylize(context, network, problem.settings, std::move(problem.inputs), callbacks);
}

void run_theirs(Context& context, Problem problem, const Setting& setting, Turns& turns) {
  use_threads(context.threads().size());
  Twin twin(make_torch_vgg(problem.spec, problem.pooling, setting, context.device()),
            problem.settings, problem.layers, problem.inputs);
  const Tensor start = problem.inputs.start;
  problem = {};
  twin.optimise(start,
                {[&] { return turns.may_go(); }, [&](double loss) { turns.iterated(loss); }});
}

void run(const cli::PaintingOptions& options, const std::string& role) {
  const std::size_t resident_before = machine::resident_bytes("VmRSS");
  const std::unique_ptr<Context> context = cli::make_context(options.machine);
  const Device device = context->device();
  Problem problem = load_problem(*context, options);
  const bool ours = role == kOurs;
  Turns turns([&]() -> std::size_t {
    if (device.type != DeviceType::cuda) return 0;
    return ours ? allocator_of(device).stats().peak_bytes : gpu_peak_bytes(device.index);
  });
  turns.begin_setup(resident_before);
  if (ours) {
    run_ours(*context, std::move(problem), turns);
  } else {
    run_theirs(*context, std::move(problem), parse_setting(role), turns);
  }
  turns.end();
}

}  // namespace

void work(const cli::PaintingOptions& options, const std::string& role) {
  try {
    run(options, role);
  } catch (const std::exception& error) {
    answer({{"error", fmt::format("{}: {}", role, error.what())}});
  }
}

}  // namespace impasto::twin
