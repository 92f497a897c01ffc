// Kernels of gram, one declaration each; contracts are in gram.h.
#pragma once

#include "ops/gram/gram.h"

namespace impasto::gram_kernels {

void forward_reference(Context&, const GramProblem&, const GramForwardArgs&, void*);
void backward_reference(Context&, const GramProblem&, const GramBackwardArgs&, void*);

}  // namespace impasto::gram_kernels
