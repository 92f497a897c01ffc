#include "ops/reference.h"

#include "ops/mse/mse_kernels.h"

namespace impasto::mse_kernels {

void forward_reference(Context&, const MseProblem& problem, const MseForwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    double sum = 0;
    for (std::int64_t i = 0; i < problem.count; ++i) {
      const double difference = double{a[i]} - double{b[i]};
      sum += difference * difference;
    }
    *args.value.data<double>() = problem.weight * sum / static_cast<double>(problem.count);
  });
}

void backward_reference(Context&, const MseProblem& problem, const MseBackwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    T* grad_a = args.grad_a.data<T>();
    const double factor =
        args.upstream.item() * problem.weight * 2 / static_cast<double>(problem.count);
    for (std::int64_t i = 0; i < problem.count; ++i) {
      grad_a[i] = static_cast<T>(factor * (double{a[i]} - double{b[i]}));
    }
  });
}

}  // namespace impasto::mse_kernels
