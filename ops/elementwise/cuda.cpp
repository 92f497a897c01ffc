// The host's side of the GPU kernels of the elementwise ops.
#include <cmath>

#include "ops/elementwise/cuda_kernels.h"
#include "ops/elementwise/elementwise_kernels.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::elementwise_kernels {
namespace {

MapFormula formula_of(const ElementwiseProblem& problem) {
  switch (problem.kind) {
    case ElementwiseKind::linear:
      return problem.binary ? MapFormula::linear : MapFormula::scale;
    case ElementwiseKind::mul:
      return MapFormula::mul;
    case ElementwiseKind::clamp:
      return MapFormula::clamp;
  }
  throw Error("elementwise: not a kind");
}

}  // namespace

void map_cuda(Context& context, const ElementwiseProblem& problem, const ElementwiseArgs& args,
              void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const MapLaunch<T> launch{formula_of(problem),
                              gpu_data<T>(context, args.a),
                              problem.binary ? gpu_data<T>(context, args.b) : nullptr,
                              gpu_data<T>(context, args.dst),
                              problem.count,
                              problem.alpha,
                              problem.beta};
    IMPASTO_ON_GPU(context, map<T>, launch);
  });
}

void adam_cuda(Context& context, const AdamProblem& problem, const AdamArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const auto [lr, beta1, beta2, epsilon, step] = problem.params;
    const double t = static_cast<double>(step);
    const AdamLaunch<T> launch{gpu_data<T>(context, args.grad),
                               gpu_data<T>(context, args.m),
                               gpu_data<T>(context, args.v),
                               gpu_data<T>(context, args.x),
                               problem.count,
                               beta1,
                               beta2,
                               epsilon,
                               lr / (1 - std::pow(beta1, t)),
                               std::sqrt(1 - std::pow(beta2, t))};
    IMPASTO_ON_GPU(context, adam<T>, launch);
  });
}

}  // namespace impasto::elementwise_kernels
