// Loops over the tables: a new kernel is tested by adding it to its table.
#pragma once

#include <doctest/doctest.h>

#include "ops/registry.h"

namespace impasto::test {

// Calls body(kernel) for each kernel of the table that this machine and this problem allow. The
// reference, last in every table, serves everything, so the loop is never empty.
template <class Problem, class Args, class Body>
void for_kernels(const Context& context, const KernelTable<Problem, Args>& table,
                 const Problem& problem, Body body) {
  REQUIRE(can_serve(table.kernels.back(), problem, context.features()).ok);
  for (const auto& kernel : table.kernels) {
    if (!can_serve(kernel, problem, context.features()).ok) continue;
    INFO(kernel.info.id, " on ", problem.to_string());
    body(kernel);
  }
}

}  // namespace impasto::test
