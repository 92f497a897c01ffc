// Gram products by cuBLAS, in builds with CUDA; contracts are in gram.h.
#pragma once

#include "ops/gram/gram.h"

namespace impasto::gram_kernels {

Support supports_cublas(const GramProblem&);
// One matrix [n, c, c] in both directions.
std::size_t cublas_workspace(const GramProblem&, int threads);
void forward_cublas_f32(Context&, const GramProblem&, const GramForwardArgs&, void* workspace);
void forward_cublas_tf32(Context&, const GramProblem&, const GramForwardArgs&, void* workspace);
void backward_cublas_f32(Context&, const GramProblem&, const GramBackwardArgs&, void* workspace);
void backward_cublas_tf32(Context&, const GramProblem&, const GramBackwardArgs&, void* workspace);

}  // namespace impasto::gram_kernels
