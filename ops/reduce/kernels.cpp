// The tables of the reductions: best first, reference last.
#include "ops/kernel_entry.h"
#include "ops/reduce/reduce_kernels.h"

namespace impasto {
namespace reduce_kernels {
namespace {

std::int64_t all_length(const ReduceProblem& problem) {
  return problem.count;
}

std::int64_t rows_length(const ReduceRowsProblem& problem) {
  return problem.rows;
}

}  // namespace

const Kernel<ReduceProblem, ReduceArgs> kAll[] = {
    {.info = {.id = "reduce.all.cuda.ordered",
              .idea = "partial results of blocks, joined in order by one more",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = all_cuda_workspace,
     .reduction_length = all_length,
     .run = all_cuda},
    {.info = {.id = "reduce.all.cpu.vector",
              .idea = "fixed chunks over the threads, eight lanes in double",
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = all_vector_workspace,
     .reduction_length = all_length,
     .run = all_vector},
    {.info = {.id = "reduce.all.cpu.reference",
              .idea = "plain loop, in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = all_length,
     .run = all_reference},
};

const Kernel<ReduceRowsProblem, ReduceRowsArgs> kRows[] = {
    {.info = {.id = "reduce.rows.cuda.columns",
              .idea = "runs of rows over the blocks, joined in order by a warp a column",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = rows_cuda_workspace,
     .reduction_length = rows_length,
     .run = rows_cuda},
    {.info = {.id = "reduce.rows.cpu.vector",
              .idea = "fixed blocks of rows over the threads, in double",
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = rows_vector_workspace,
     .reduction_length = rows_length,
     .run = rows_vector},
    {.info = {.id = "reduce.rows.cpu.reference",
              .idea = "column by column, in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = rows_length,
     .run = rows_reference},
};

}  // namespace reduce_kernels

KernelTable<ReduceProblem, ReduceArgs> reduce_table() {
  return {"reduce.all", reduce_kernels::kAll};
}

KernelTable<ReduceRowsProblem, ReduceRowsArgs> reduce_rows_table() {
  return {"reduce.rows", reduce_kernels::kRows};
}

}  // namespace impasto
