// Kernels of gemm, one declaration each; contracts are in gemm.h.
#pragma once

#include "ops/gemm/gemm.h"

namespace impasto::gemm_kernels {

void forward_reference(Context&, const GemmProblem&, const GemmArgs&, void*);

}  // namespace impasto::gemm_kernels
