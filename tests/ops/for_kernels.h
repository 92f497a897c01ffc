// Loops over the tables: a new kernel is tested by adding it to its table. GPU kernels of ours are
// run by the host executor, on the tests' tensors in the host's memory.
#pragma once

#include <vector>

#include <doctest/doctest.h>

#include "ops/registry.h"

namespace impasto::test {

// Can a test on this machine run the kernel on the problem?
template <class Problem, class Args>
bool runs_here(const Context& context, const Kernel<Problem, Args>& kernel,
               const Problem& problem) {
  const Features host = context.features();
  return can_serve(kernel, problem, host).ok ||
         can_serve(kernel, problem, device_features(host, {DeviceType::simt})).ok;
}

// The kernels that need no GPU.
template <class Problem, class Args>
std::vector<Kernel<Problem, Args>> kernels_here(const KernelTable<Problem, Args>& table) {
  std::vector<Kernel<Problem, Args>> result(table.kernels.begin(), table.kernels.end());
  std::erase_if(result,
                [](const auto& kernel) { return kernel.info.backend == Backend::cuda_library; });
  return result;
}

// Calls body(kernel) for each kernel of the table that this machine and this problem allow. The
// reference, last in every table, serves everything, so the loop is never empty.
template <class Problem, class Args, class Body>
void for_kernels(const Context& context, const KernelTable<Problem, Args>& table,
                 const Problem& problem, Body body) {
  REQUIRE(can_serve(table.kernels.back(), problem, context.features()).ok);
  for (const auto& kernel : table.kernels) {
    if (!runs_here(context, kernel, problem)) continue;
    INFO(kernel.info.id, " on ", problem.to_string());
    body(kernel);
  }
}

}  // namespace impasto::test
