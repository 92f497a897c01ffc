// The host's side of the GPU kernels of the elementwise ops.
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
    const AdamLaunch<T> launch{gpu_data<double>(context, args.scalars),
                               gpu_data<T>(context, args.grad),
                               gpu_data<T>(context, args.m),
                               gpu_data<T>(context, args.v),
                               gpu_data<T>(context, args.x),
                               problem.count,
                               problem.params.beta1,
                               problem.params.beta2,
                               problem.params.epsilon};
    IMPASTO_ON_GPU(context, adam<T>, launch);
  });
}

}  // namespace impasto::elementwise_kernels
