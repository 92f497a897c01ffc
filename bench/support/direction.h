// One kernel table of an op, and how its kernels are called on the operands of a benchmark's case:
//
//   struct Case {
//     using Problem = ReluProblem;
//     static Problem parse(std::istream& words);  // of a line of a shapes file, behind the name
//     static Problem small(Problem problem);      // what is verified
//     explicit Case(const Problem& problem);
//     Tensor src, dst, mask;
//   };
//
// and
//
//   direction<Case>(
//       relu_forward_table, [](Case& o) -> ReluForwardArgs { return {o.src, o.dst, &o.mask}; },
//       {&Case::src}, {&Case::dst, &Case::mask})
//
// Inputs and results together are all operands: what is copied to a device, and counted as traffic.
#pragma once

#include <type_traits>
#include <vector>

#include "bench/support/operands.h"
#include "ops/registry.h"

namespace impasto::bench {

template <class Case, class Args>
struct Direction {
  KernelTable<typename Case::Problem, Args> table;
  Args (*args)(Case&);
  std::vector<Tensor Case::*> inputs, results;
};
template <class Case, class Args>
Direction<Case, Args> direction(KernelTable<typename Case::Problem, Args> (*table)(),
                                std::type_identity_t<Args> (*args)(Case&),
                                std::vector<Tensor Case::*> inputs,
                                std::vector<Tensor Case::*> results) {
  return {table(), args, std::move(inputs), std::move(results)};
}

}  // namespace impasto::bench
