// The host's side of the GPU kernels of the reductions.
#include "ops/reduce/cuda_columns.h"
#include "ops/reduce/cuda_kernels.h"
#include "ops/reduce/cuda_partials.h"
#include "ops/reduce/reduce_kernels.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::reduce_kernels {
namespace {

Reduction reduction_of(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::sum:
      return Reduction::sum;
    case ReduceKind::abs_sum:
      return Reduction::abs_sum;
    case ReduceKind::abs_max:
      return Reduction::abs_max;
    case ReduceKind::dot:
      return Reduction::dot;
    case ReduceKind::nonfinite:
      return Reduction::nonfinite;
  }
  throw Error("reduce: not a kind");
}

}  // namespace

std::size_t all_cuda_workspace(const ReduceProblem&, int) {
  return kPartialsBytes;
}

void all_cuda(Context& context, const ReduceProblem& problem, const ReduceArgs& args,
              void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const bool two = problem.kind == ReduceKind::dot;
    const ReduceLaunch<T> launch{reduction_of(problem.kind),
                                 gpu_data<T>(context, args.a),
                                 two ? gpu_data<T>(context, args.b) : nullptr,
                                 gpu_data<double>(context, args.value),
                                 problem.count,
                                 static_cast<double*>(workspace)};
    IMPASTO_ON_GPU(context, all<T>, launch);
  });
}

std::size_t rows_cuda_workspace(const ReduceRowsProblem& problem, int) {
  return column_partials_bytes({1, problem.rows, problem.cols}, 1);
}

void rows_cuda(Context& context, const ReduceRowsProblem& problem, const ReduceRowsArgs& args,
               void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const ReduceRowsLaunch<T> launch{gpu_data<T>(context, args.a), gpu_data<T>(context, args.dst),
                                     problem.rows, problem.cols, static_cast<double*>(workspace)};
    IMPASTO_ON_GPU(context, rows<T>, launch);
  });
}

}  // namespace impasto::reduce_kernels
