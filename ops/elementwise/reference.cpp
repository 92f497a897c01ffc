#include "ops/reference.h"

#include "ops/elementwise/elementwise_kernels.h"

namespace impasto::elementwise_kernels {
namespace {

double value_of(const ElementwiseProblem& problem, double a, double b) {
  switch (problem.kind) {
    case ElementwiseKind::linear:
      return problem.binary ? problem.alpha * a + problem.beta * b : problem.alpha * a;
    case ElementwiseKind::mul:
      return problem.alpha * a * b;
    case ElementwiseKind::clamp:
      return a < problem.alpha ? problem.alpha : a > problem.beta ? problem.beta : a;
  }
  throw Error("elementwise: not a kind");
}

}  // namespace

void map_reference(Context&, const ElementwiseProblem& problem, const ElementwiseArgs& args,
                   void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = problem.binary ? args.b.data<T>() : a;
    T* dst = args.dst.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      dst[i] = static_cast<T>(value_of(problem, double{a[i]}, double{b[i]}));
    }
  });
}

}  // namespace impasto::elementwise_kernels
