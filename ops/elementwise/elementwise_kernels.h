// Kernels of the elementwise ops, one declaration each; contracts are in elementwise.h and adam.h.
#pragma once

#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"

namespace impasto::elementwise_kernels {

void map_reference(Context&, const ElementwiseProblem&, const ElementwiseArgs&, void*);
void adam_reference(Context&, const AdamProblem&, const AdamArgs&, void*);

struct AdamScalars {
  double step_size, root_correction, mode;
};
// For the processor's kernels; throws Error when there is no such mode.
AdamScalars adam_scalars(const AdamArgs&);

void map_vector(Context&, const ElementwiseProblem&, const ElementwiseArgs&, void*);
void adam_vector(Context&, const AdamProblem&, const AdamArgs&, void*);

void map_cuda(Context&, const ElementwiseProblem&, const ElementwiseArgs&, void*);
void adam_cuda(Context&, const AdamProblem&, const AdamArgs&, void*);

}  // namespace impasto::elementwise_kernels
