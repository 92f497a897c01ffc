// Kernels of the reductions, one declaration each; contracts are in reduce.h.
#pragma once

#include "ops/reduce/reduce.h"

namespace impasto::reduce_kernels {

void all_reference(Context&, const ReduceProblem&, const ReduceArgs&, void*);
void rows_reference(Context&, const ReduceRowsProblem&, const ReduceRowsArgs&, void*);

void all_vector(Context&, const ReduceProblem&, const ReduceArgs&, void* workspace);
std::size_t all_vector_workspace(const ReduceProblem&, int threads);
void rows_vector(Context&, const ReduceRowsProblem&, const ReduceRowsArgs&, void* workspace);
std::size_t rows_vector_workspace(const ReduceRowsProblem&, int threads);

std::size_t all_cuda_workspace(const ReduceProblem&, int threads);
void all_cuda(Context&, const ReduceProblem&, const ReduceArgs&, void* workspace);
std::size_t rows_cuda_workspace(const ReduceRowsProblem&, int threads);
void rows_cuda(Context&, const ReduceRowsProblem&, const ReduceRowsArgs&, void* workspace);

}  // namespace impasto::reduce_kernels
