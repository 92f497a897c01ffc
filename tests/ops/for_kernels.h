// Loops over the tables: a new kernel is tested by adding it to its table. GPU kernels of ours are
// run by the host executor, on the tests' tensors in the host's memory.
#pragma once

#include <ranges>
#include <vector>

#include <doctest/doctest.h>

#include "ops/registry.h"
#include "tests/ops/on_device.h"

namespace impasto::test {

// What a kernel may ask for in a test on this machine: GPU kernels run on $IMPASTO_TEST_DEVICE,
// without one on the host executor.
inline Features testable(const Features& host, Backend backend) {
  if (backend == Backend::cpu) return host;
  const Device device = test_device();
  return device_features(host, device.type == DeviceType::cpu ? Device{DeviceType::simt} : device);
}

// The kernels that can run here on some problem, one after the other.
template <class Problem, class Args>
auto kernels_here(const KernelTable<Problem, Args>& table) {
  const auto runs = [](const auto& kernel) {
    const bool library = kernel.info.backend == Backend::cuda_library;
    return is_wanted(kernel.info) && (!library || test_device().type == DeviceType::cuda);
  };
  return table.kernels | std::views::filter(runs) |
         std::views::transform(on_test_device<Problem, Args>);
}

// Calls body(kernel) for each kernel of the table that this machine and this problem allow. The
// reference, last in every table, serves everything, so the loop is never empty.
template <class Problem, class Args, class Body>
void for_kernels(const Context& context, const KernelTable<Problem, Args>& table,
                 const Problem& problem, Body body) {
  REQUIRE(can_serve(table.kernels.back(), problem, context.features()).ok);
  for (const auto& kernel : table.kernels) {
    if (!can_serve(kernel, problem, testable(context.features(), kernel.info.backend)).ok) continue;
    if (!is_wanted(kernel.info) || !is_sampled(kernel.info)) continue;
    INFO(kernel.info.id, " on ", problem.to_string());
    body(on_test_device(kernel));
  }
}

}  // namespace impasto::test
