// The host's side of the GPU kernels of descent.
#include "ops/descent/cuda_kernels.h"
#include "ops/descent/descent_kernels.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::descent_kernels {

void guard_cuda(Context& context, const GuardProblem& problem, const GuardArgs& args, void*) {
  const GuardLaunch launch{problem.moved,
                           problem.tolerance,
                           gpu_data<double>(context, args.loss),
                           gpu_data<double>(context, args.nonfinite),
                           gpu_data<double>(context, args.largest),
                           gpu_data<double>(context, args.state)};
  IMPASTO_ON_GPU(context, guard, launch);
}

std::size_t lbfgs_cuda_workspace(const LbfgsProblem& problem, int) {
  return sizeof(double) * static_cast<std::size_t>(kWorkPerPair * problem.capacity);
}

void lbfgs_cuda(Context& context, const LbfgsProblem& problem, const LbfgsArgs& args,
                void* workspace) {
  const LbfgsLaunch launch{{problem.capacity},
                           problem.learning_rate,
                           problem.scaled,
                           gpu_data<double>(context, args.products),
                           gpu_data<double>(context, args.abs_sum),
                           gpu_data<double>(context, args.orders),
                           gpu_data<double>(context, args.state),
                           static_cast<double*>(workspace)};
  IMPASTO_ON_GPU(context, lbfgs, launch);
}

void adam_cuda(Context& context, const AdamPlanProblem& problem, const AdamPlanArgs& args, void*) {
  const AdamPlanLaunch launch{problem.learning_rate, problem.beta1, problem.beta2,
                              gpu_data<double>(context, args.orders),
                              gpu_data<double>(context, args.state)};
  IMPASTO_ON_GPU(context, adam, launch);
}

}  // namespace impasto::descent_kernels
