// A Bench of one direction: what the cases of tools/lab/ops are turned into.
#pragma once

#include <sstream>
#include <utility>

#include "tools/lab/bench.h"
#include "tools/lab/direction.h"

namespace impasto::lab {

template <class Problem>
double macs_of(const Problem& problem) {
  if constexpr (requires { problem.macs(); }) return static_cast<double>(problem.macs());
  return 0;
}

template <class Case, class Args>
class DirectionBench : public Bench {
 public:
  using Problem = typename Case::Problem;
  using OneDirection = Direction<Case, Args>;

  DirectionBench(const OneDirection& direction, Context& context, const ShapeLine& shape)
      : direction_(direction), context_(context), shape_(shape) {
    std::istringstream words(shape.words);
    problem_ = Case::parse(words);
    if (!words) {
      throw InputError(fmt::format("{}: \"{}{}\" is no problem of {}", shape.file, shape.name,
                                   shape.words, direction.table.name));
    }
    add_contenders();
  }

  const ShapeLine& shape() const override { return shape_; }
  std::string problem() const override { return problem_.to_string(); }
  const std::vector<Contender>& contenders() const override { return contenders_; }

  Work work() override { return {macs_of(problem_), direction_.operands(operands()).bytes()}; }

  Support can_run(std::size_t which) const override {
    if (kernels_[which] == nullptr) return Support::yes();
    return can_serve(*kernels_[which], problem_, context_.features());
  }

  double error(std::size_t which) override {
    const Problem small = Case::small(problem_);
    const auto got = make(small);
    if (!want_) {
      Context host;
      want_ = std::make_unique<Case>(small);
      run_kernel(host, direction_.table.kernels.back(), small, direction_.args(*want_));
    }
    if (const auto* kernel = kernels_[which]) {
      run_kernel(context_, *kernel, small, direction_.args(*got));
    } else {
      const auto call = prepared(which, small, *got);
      call->run();
      call->finish();
    }
    return direction_.operands(*got).largest_error(direction_.operands(*want_),
                                                   kernels_[which] == nullptr);
  }

  Prepared prepare(std::size_t which) override {
    Prepared result;
    if (const auto* kernel = kernels_[which]) {
      result.run = [this, kernel] {
        run_kernel(context_, *kernel, problem_, direction_.args(operands()));
      };
    } else {
      const std::shared_ptr<LibraryCall> call = prepared(which, problem_, operands());
      result = {[call] { call->run(); }, call->implementation(),
                [call](int threads, const auto& body) { call->on_threads(threads, body); }};
    }
    result.run();
    return result;
  }

  void release() override {
    operands_.reset();
    want_.reset();
  }

 private:
  using OneKernel = Kernel<Problem, Args>;

  // Kernels of the device, then what they are measured by; null stands for a baseline.
  void add_contenders() {
    const DeviceType device = context_.device().type;
    for (const OneKernel& kernel : direction_.table.kernels) {
      if (!belongs_to(kernel.info, device)) continue;
      const bool library = kernel.info.backend == Backend::cuda_library;
      const bool last = &kernel == &direction_.table.kernels.back();
      const Role role = library ? Role::baseline : last ? Role::reference : Role::ours;
      contenders_.push_back({kernel.info, role});
      kernels_.push_back(&kernel);
    }
    if (device != DeviceType::cpu) return;
    for (const auto& baseline : direction_.baselines) {
      contenders_.push_back({baseline.info, Role::baseline});
      kernels_.push_back(nullptr);
    }
  }

  std::unique_ptr<LibraryCall> prepared(std::size_t which, const Problem& problem, Case& on) {
    const std::size_t first = contenders_.size() - direction_.baselines.size();
    const auto& baseline = direction_.baselines[which - first];
    return baseline.prepare(context_.threads().size(), problem, direction_.args(on));
  }

  // Operands where the kernels run.
  std::unique_ptr<Case> make(const Problem& problem) const {
    auto made = std::make_unique<Case>(problem);
    if (context_.device().type != DeviceType::cpu) {
      direction_.operands(*made).move_to(context_.device());
    }
    return made;
  }

  Case& operands() {
    if (!operands_) operands_ = make(problem_);
    return *operands_;
  }

  OneDirection direction_;
  Context& context_;
  ShapeLine shape_;
  Problem problem_;
  std::vector<Contender> contenders_;
  std::vector<const OneKernel*> kernels_;
  std::unique_ptr<Case> want_;      // what the reference gives on the small problem, once needed
  std::unique_ptr<Case> operands_;  // of the problem itself
};

template <class Case, class Args>
TableBench table_bench(const Direction<Case, Args>& direction, std::string_view shapes) {
  return {direction.table.name, shapes, describe(direction.table).kernels,
          [=](Context& context, const ShapeLine& shape) {
            return std::make_unique<DirectionBench<Case, Args>>(direction, context, shape);
          }};
}

}  // namespace impasto::lab
