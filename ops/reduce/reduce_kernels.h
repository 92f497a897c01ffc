// Kernels of the reductions, one declaration each; contracts are in reduce.h.
#pragma once

#include "ops/reduce/reduce.h"

namespace impasto::reduce_kernels {

void all_reference(Context&, const ReduceProblem&, const ReduceArgs&, void*);
void rows_reference(Context&, const ReduceRowsProblem&, const ReduceRowsArgs&, void*);

}  // namespace impasto::reduce_kernels
