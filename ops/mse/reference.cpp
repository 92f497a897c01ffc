#include "ops/reference.h"

#include "ops/mse/mse_kernels.h"

namespace impasto::mse_kernels {

void forward_reference(Context&, const MseProblem& problem, const MseForwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    T* differences = args.difference.defined() ? args.difference.data<T>() : nullptr;
    double sum = 0;
    for (std::int64_t i = 0; i < problem.count; ++i) {
      const double difference = double{a[i]} - double{b[i]};
      if (differences != nullptr) differences[i] = static_cast<T>(difference);
      sum += difference * difference;
    }
    *args.value.data<double>() = problem.weight * sum / static_cast<double>(problem.count);
  });
}

void backward_reference(Context&, const MseProblem& problem, const MseBackwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* difference = args.difference.data<T>();
    T* grad = args.grad.data<T>();
    const double factor =
        args.upstream.item() * problem.weight * 2 / static_cast<double>(problem.count);
    for (std::int64_t i = 0; i < problem.count; ++i) {
      const double sum = args.accumulate ? double{grad[i]} : 0;
      grad[i] = static_cast<T>(sum + factor * double{difference[i]});
    }
  });
}

}  // namespace impasto::mse_kernels
