// One kernel table of an op, and how its kernels are called on the operands of a case:
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
//       [](Case& o) -> Operands { return {{&o.src}, {&o.dst, &o.mask}}; })
//
// Inputs and results together are all operands: what is copied to a device, and counted as traffic.
// A kernel may change what is in a result, and is then timed on what it left there.
#pragma once

#include <type_traits>

#include "ops/registry.h"
#include "tools/lab/baseline.h"
#include "tools/lab/operands.h"

namespace impasto::lab {

template <class Case, class Args>
struct Direction {
  using Problem = typename Case::Problem;

  KernelTable<Problem, Args> table;
  Args (*args)(Case&);
  Operands (*operands)(Case&);
  Baselines<Problem, Args> baselines;
};
template <class Case, class Args>
Direction<Case, Args> direction(
    KernelTable<typename Case::Problem, Args> (*table)(), std::type_identity_t<Args> (*args)(Case&),
    Operands (*operands)(Case&),
    std::type_identity_t<Baselines<typename Case::Problem, Args>> baselines = {}) {
  return {table(), args, operands, baselines};
}

}  // namespace impasto::lab
