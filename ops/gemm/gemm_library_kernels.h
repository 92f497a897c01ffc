// Products by cuBLAS, in builds with CUDA; contracts are in gemm.h.
#pragma once

#include "ops/gemm/gemm.h"

namespace impasto::gemm_kernels {

void forward_cublas_f32(Context&, const GemmProblem&, const GemmArgs&, void*);
void forward_cublas_tf32(Context&, const GemmProblem&, const GemmArgs&, void*);
Support supports_cublas(const GemmProblem&);

}  // namespace impasto::gemm_kernels
