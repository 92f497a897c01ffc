// The kernel table: every implementation of one op and direction, listed explicitly in
// ops/<op>/kernels.cpp, best first, reference last. Selection, tests, benchmarks and listings all
// read the same table, so a new kernel is one file and one entry.
//
// Kernel id = <op>.<direction>.<backend>.<idea>[.<math>], the first two being the table's name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/kernel_info.h"
#include "ops/operands.h"
#include "tensor/context.h"
#include "tensor/error.h"
#include "tensor/launch_observer.h"

namespace impasto {

// Problem: the shapes and settings of one call; has `DType dtype` and `std::string to_string()
// const`. Args: the operands of one call.
template <class Problem, class Args>
struct Kernel {
  KernelInfo info;
  Support (*supports)(const Problem&) = [](const Problem&) { return Support::yes(); };
  // Scratch bytes for a pool of `threads` threads.
  std::size_t (*workspace_bytes)(const Problem&, int threads) = [](const Problem&, int) {
    return std::size_t{0};
  };
  // Longest chain of additions behind one output element: what its error bound grows with.
  std::int64_t (*reduction_length)(const Problem&) = [](const Problem&) { return std::int64_t{1}; };
  void (*run)(Context&, const Problem&, const Args&, void* workspace) = nullptr;
};

template <class Problem, class Args>
struct KernelTable {
  std::string_view name;  // "conv2d.fwd"
  std::span<const Kernel<Problem, Args>> kernels;
};

namespace detail {
Support availability(const KernelInfo& info, DType dtype, Features features);
bool chosen_unasked(const KernelInfo& info, Features features);
[[noreturn]] void throw_unknown_kernel(std::string_view table, std::string_view id,
                                       std::span<const std::string_view> known);
[[noreturn]] void throw_unsuitable_kernel(std::string_view id, std::string_view problem,
                                          std::string_view reason);
[[noreturn]] void throw_no_kernel(std::string_view table, std::string_view problem);
}  // namespace detail

// The names of a request: "a+b" -> a, b.
std::vector<std::string_view> requested_ids(std::string_view request);

// Available here and able to serve the problem?
template <class Problem, class Args>
Support can_serve(const Kernel<Problem, Args>& kernel, const Problem& problem, Features features) {
  const Support available = detail::availability(kernel.info, problem.dtype, features);
  return available.ok ? kernel.supports(problem) : available;
}

template <class Problem, class Args>
const Kernel<Problem, Args>& select_named(const KernelTable<Problem, Args>& table,
                                          const Problem& problem, Features features,
                                          std::string_view request) {
  Support last;
  for (const std::string_view id : requested_ids(request)) {
    const auto kernel = std::find_if(table.kernels.begin(), table.kernels.end(),
                                     [&](const auto& each) { return each.info.id == id; });
    if (kernel == table.kernels.end()) {
      std::vector<std::string_view> known;
      for (const auto& each : table.kernels) known.push_back(each.info.id);
      detail::throw_unknown_kernel(table.name, id, known);
    }
    last = can_serve(*kernel, problem, features);
    if (last.ok) return *kernel;
  }
  detail::throw_unsuitable_kernel(request, problem.to_string(), last.reason);
}

// Pure: the first kernel of the table that can serve, or the requested one: of several, joined by
// '+', the first that can. A request that is unknown or cannot serve throws InputError with the
// reason; it is never replaced by another.
// Unasked, simt takes no kernel for tensor cores: the executor emulates them, a hundred times
// slower than plain arithmetic.
template <class Problem, class Args>
const Kernel<Problem, Args>& select(const KernelTable<Problem, Args>& table, const Problem& problem,
                                    Features features, std::string_view request = {}) {
  if (!request.empty()) return select_named(table, problem, features, request);
  for (const auto& kernel : table.kernels) {
    if (!detail::chosen_unasked(kernel.info, features)) continue;
    if (can_serve(kernel, problem, features).ok) return kernel;
  }
  detail::throw_no_kernel(table.name, problem.to_string());
}

template <class Problem, class Args>
LaunchInfo launch_info(const Kernel<Problem, Args>& kernel, const Problem& problem,
                       const Args& args) {
  double macs = 0;
  if constexpr (requires { problem.macs(); }) macs = static_cast<double>(problem.macs());
  return {kernel.info.id, problem.to_string(), macs, operand_bytes(args)};
}

// Runs one given kernel: workspace, launch count, call. Tests and benchmarks call this directly, op
// entries through ops/launch.h.
template <class Problem, class Args>
void run_kernel(Context& context, const Kernel<Problem, Args>& kernel, const Problem& problem,
                const Args& args) {
  const std::size_t bytes = kernel.workspace_bytes(problem, context.threads().size());
  void* workspace = bytes == 0 ? nullptr : context.workspace(bytes);
  context.count_launch(kernel.info.id);
  LaunchObserver* observer = context.observer();
  if (observer != nullptr) observer->began(launch_info(kernel, problem, args));
  kernel.run(context, problem, args, workspace);
  if (observer != nullptr) observer->ended();
}

// Every kernel of every table, in table order: for listings and for tests of the tables themselves.
struct TableInfo {
  std::string_view name;
  std::vector<KernelInfo> kernels;
};
std::vector<TableInfo> all_tables();

// Throws InputError when the context asks for a table or a kernel that does not exist: launch()
// would meet the first never and the second only when it gets there.
void check_kernel_requests(const Context& context);

template <class Problem, class Args>
TableInfo describe(const KernelTable<Problem, Args>& table) {
  TableInfo info{table.name, {}};
  for (const auto& kernel : table.kernels) info.kernels.push_back(kernel.info);
  return info;
}

}  // namespace impasto
