#include <cmath>

#include "ops/elementwise/elementwise_kernels.h"
#include "ops/reference.h"

namespace impasto::elementwise_kernels {

void adam_reference(Context&, const AdamProblem& problem, const AdamArgs& args, void*) {
  const AdamScalars scalars = adam_scalars(args);
  if (scalars.mode == kAdamNoStep) return;
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const auto [beta1, beta2, epsilon] = problem.params;
    const bool first = scalars.mode == kAdamFirstStep;
    const T* grad = args.grad.data<T>();
    T *m = args.m.data<T>(), *v = args.v.data<T>(), *x = args.x.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      const double g = grad[i], m_old = first ? 0 : m[i], v_old = first ? 0 : v[i];
      const double m_new = beta1 * m_old + (1 - beta1) * g;
      const double v_new = beta2 * v_old + (1 - beta2) * g * g;
      const double denominator = std::sqrt(v_new) / scalars.root_correction + epsilon;
      m[i] = static_cast<T>(m_new);
      v[i] = static_cast<T>(v_new);
      x[i] = static_cast<T>(double{x[i]} - scalars.step_size * m_new / denominator);
    }
  });
}

}  // namespace impasto::elementwise_kernels
