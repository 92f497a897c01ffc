#include "ops/reference.h"

#include <cmath>

#include "ops/total_variation/total_variation_kernels.h"

namespace impasto::total_variation_kernels {
namespace {

// Calls f(i, j) for every pair of adjacent elements, j being right of or below i.
template <class F>
void for_each_pair(const TotalVariationProblem& problem, F f) {
  const auto& [n, h, w, c, kind, weight, dtype] = problem;
  for (std::int64_t b = 0; b < n; ++b) {
    for (std::int64_t y = 0; y < h; ++y) {
      for (std::int64_t x = 0; x < w; ++x) {
        for (std::int64_t k = 0; k < c; ++k) {
          const std::int64_t i = ((b * h + y) * w + x) * c + k;
          if (x + 1 < w) f(i, i + c);
          if (y + 1 < h) f(i, i + w * c);
        }
      }
    }
  }
}

double mean_factor(const TotalVariationProblem& p) {
  return p.weight / static_cast<double>(p.n * p.h * p.w * p.c);
}

// The derivative of d^2 or |d|. NaN stays NaN.
double slope(double d, VariationKind kind) {
  if (kind == VariationKind::squared) return 2 * d;
  return d > 0 ? 1 : d < 0 ? -1 : d;
}

}  // namespace

void forward_reference(Context&, const TotalVariationProblem& problem,
                       const TotalVariationForwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* x = args.x.data<T>();
    double sum = 0;
    for_each_pair(problem, [&](std::int64_t i, std::int64_t j) {
      const double d = double{x[j]} - double{x[i]};
      sum += problem.kind == VariationKind::squared ? d * d : std::abs(d);
    });
    *args.value.data<double>() = mean_factor(problem) * sum;
  });
}

void backward_reference(Context&, const TotalVariationProblem& problem,
                        const TotalVariationBackwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* x = args.x.data<T>();
    Tensor slopes = Tensor::zeros(args.x.shape(), DType::f64);
    double* sums = slopes.data<double>();
    for_each_pair(problem, [&](std::int64_t i, std::int64_t j) {
      const double s = slope(double{x[j]} - double{x[i]}, problem.kind);
      sums[j] += s;
      sums[i] -= s;
    });
    const double factor = args.upstream.item() * mean_factor(problem);
    for (T& grad : args.grad_x.values<T>()) grad = static_cast<T>(factor * *sums++);
  });
}

}  // namespace impasto::total_variation_kernels
