// What every public op entry ends in: a kernel is selected, by name, by a tuner or as the first
// that can serve, and run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/autotuner.h"
#include "ops/operand_copies.h"
#include "ops/registry.h"

namespace impasto {

// What may run instead of selection's first choice, which leads them: kernels that would be chosen
// unasked further down the table and round their operands no more than it does. Not the reference,
// which is there to be read.
template <class Problem, class Args>
std::vector<const Kernel<Problem, Args>*> rivals_of(const Kernel<Problem, Args>& first,
                                                    const KernelTable<Problem, Args>& table,
                                                    const Problem& problem, Features features) {
  std::vector<const Kernel<Problem, Args>*> rivals = {&first};
  const Kernel<Problem, Args>* const reference = &table.kernels.back();
  for (const auto* kernel = &first + 1; kernel < reference; ++kernel) {
    const KernelInfo& info = kernel->info;
    if (!detail::chosen_unasked(info, features) || !info.deterministic) continue;
    if (info.operand_eps > first.info.operand_eps) continue;
    if (can_serve(*kernel, problem, features).ok) rivals.push_back(kernel);
  }
  return rivals;
}

namespace detail {

// A call that can be repeated and leaves no trace, in the context's log neither.
template <class Problem, class Args>
std::function<void()> trial(Context& context, const Kernel<Problem, Args>& kernel,
                            const Problem& problem, const Args& args) {
  auto copies = std::make_shared<OperandCopies>();
  const Args there = copied(*copies, args);
  const std::size_t bytes = kernel.workspace_bytes(problem, context.threads().size());
  // Not the context's, which would stay as large as the most wasteful kernel wants it.
  Tensor scratch;
  if (bytes > 0) scratch = context.empty({static_cast<std::int64_t>(bytes)}, DType::u8);
  void* const workspace = bytes > 0 ? scratch.raw() : nullptr;
  return [&context, &kernel, &problem, copies, there, scratch, workspace] {
    kernel.run(context, problem, there, workspace);
  };
}

// Problems that differ in this are tuned apart; those alike enough to share a choice say so.
template <class Problem, class Args>
std::string tuned_as(std::string_view table, const Problem& problem, const Args& args) {
  std::string text = problem.to_string();
  if constexpr (requires { problem.like(); }) text = problem.like().to_string();
  return fmt::format("{} {} {}", table, text, operand_pattern(args));
}

template <class Problem, class Args>
const Kernel<Problem, Args>& tuned(Context& context, const Kernel<Problem, Args>& first,
                                   const KernelTable<Problem, Args>& table, const Problem& problem,
                                   const Args& args) {
  const auto rivals = rivals_of(first, table, problem, context.features());
  if (rivals.size() == 1) return first;
  std::vector<std::string_view> ids;
  for (const auto* rival : rivals) ids.push_back(rival->info.id);
  return *rivals[context.autotuner()->choose(
      context, tuned_as(table.name, problem, args), ids,
      [&](std::size_t i) { return trial(context, *rivals[i], problem, args); })];
}

}  // namespace detail

template <class Problem, class Args>
void launch(Context& context, const KernelTable<Problem, Args>& table, const Problem& problem,
            const Args& args) {
  const std::string_view request = context.requested_kernel(table.name);
  const auto* kernel = &select(table, problem, context.features(), request);
  if constexpr (tell_what_is_written<Args>()) {
    const bool tunes = context.autotuner() != nullptr && request.empty();
    if (tunes) kernel = &detail::tuned(context, *kernel, table, problem, args);
  }
  run_kernel(context, *kernel, problem, args);
}

}  // namespace impasto
