// Elementwise ops in blocks spread over the threads, in loops that the compiler vectorises.
// Arithmetic is in double, as in the reference, for f32 too: that is exact for sums, and the cost
// hides behind memory, which bounds these ops.
#include <algorithm>
#include <cmath>

#include "ops/elementwise/elementwise_kernels.h"
#include "ops/reference.h"

namespace impasto::elementwise_kernels {
namespace {

constexpr std::int64_t kGrain = 16384;  // elements of a task

// Calls f(i) for each element. An element may be written where it was read, but nowhere else, so
// no iteration depends on another.
template <class F>
void for_each(Context& context, std::int64_t count, F f) {
  parallel_for(context.threads(), count, kGrain, [&](std::int64_t begin, std::int64_t end) {
#pragma GCC ivdep
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

}  // namespace

void map_vector(Context& context, const ElementwiseProblem& problem, const ElementwiseArgs& args,
                void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const double alpha = problem.alpha, beta = problem.beta;
    const T* a = args.a.data<T>();
    const T* b = problem.binary ? args.b.data<T>() : nullptr;
    T* dst = args.dst.data<T>();
    switch (problem.kind) {
      case ElementwiseKind::linear:
        if (!problem.binary) {
          return for_each(context, problem.count,
                          [=](std::int64_t i) { dst[i] = static_cast<T>(alpha * double{a[i]}); });
        }
        return for_each(context, problem.count, [=](std::int64_t i) {
          dst[i] = static_cast<T>(alpha * double{a[i]} + beta * double{b[i]});
        });
      case ElementwiseKind::mul:
        return for_each(context, problem.count, [=](std::int64_t i) {
          dst[i] = static_cast<T>(alpha * double{a[i]} * double{b[i]});
        });
      case ElementwiseKind::clamp:
        return for_each(context, problem.count, [=](std::int64_t i) {
          dst[i] = static_cast<T>(std::min(std::max(double{a[i]}, alpha), beta));
        });
    }
  });
}

AdamScalars adam_scalars(const AdamArgs& args) {
  const double* values = args.scalars.data<double>();
  const double mode = values[kAdamMode];
  IMPASTO_CHECK(mode == kAdamNoStep || mode == kAdamFirstStep || mode == kAdamLaterStep,
                "adam: mode {}, expected {}, {} or {}", mode, kAdamNoStep, kAdamFirstStep,
                kAdamLaterStep);
  return {values[kAdamStepSize], values[kAdamRootCorrection], mode};
}

void adam_vector(Context& context, const AdamProblem& problem, const AdamArgs& args, void*) {
  const auto [step_size, root_correction, mode] = adam_scalars(args);
  if (mode == kAdamNoStep) return;
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* grad = args.grad.data<T>();
    T *m = args.m.data<T>(), *v = args.v.data<T>(), *x = args.x.data<T>();
    const auto run = [&, step = step_size, root = root_correction]<bool first>() {
      const auto [beta1, beta2, epsilon] = problem.params;
      for_each(context, problem.count, [=](std::int64_t i) {
        const double g = grad[i], m_old = first ? 0 : m[i], v_old = first ? 0 : v[i];
        const double m_new = beta1 * m_old + (1 - beta1) * g;
        const double v_new = beta2 * v_old + (1 - beta2) * g * g;
        m[i] = static_cast<T>(m_new);
        v[i] = static_cast<T>(v_new);
        x[i] = static_cast<T>(double{x[i]} - step * m_new / (std::sqrt(v_new) / root + epsilon));
      });
    };
    if (mode == kAdamFirstStep) return run.template operator()<true>();
    run.template operator()<false>();
  });
}

}  // namespace impasto::elementwise_kernels
