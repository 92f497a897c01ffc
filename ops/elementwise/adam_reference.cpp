#include <cmath>

#include "ops/elementwise/elementwise_kernels.h"
#include "ops/reference.h"

namespace impasto::elementwise_kernels {

void adam_reference(Context&, const AdamProblem& problem, const AdamArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const auto [lr, beta1, beta2, epsilon, step] = problem.params;
    const double t = static_cast<double>(step);
    const double step_size = lr / (1 - std::pow(beta1, t));
    const double root_correction = std::sqrt(1 - std::pow(beta2, t));
    const T* grad = args.grad.data<T>();
    T *m = args.m.data<T>(), *v = args.v.data<T>(), *x = args.x.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      const double g = grad[i];
      const double m_new = beta1 * double{m[i]} + (1 - beta1) * g;
      const double v_new = beta2 * double{v[i]} + (1 - beta2) * g * g;
      const double denominator = std::sqrt(v_new) / root_correction + epsilon;
      m[i] = static_cast<T>(m_new);
      v[i] = static_cast<T>(v_new);
      x[i] = static_cast<T>(double{x[i]} - step_size * m_new / denominator);
    }
  });
}

}  // namespace impasto::elementwise_kernels
