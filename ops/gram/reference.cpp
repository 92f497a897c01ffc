#include "ops/reference.h"

#include "ops/gram/gram_kernels.h"

namespace impasto::gram_kernels {

void forward_reference(Context&, const GramProblem& problem, const GramForwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const std::int64_t n = problem.n, m = problem.m, c = problem.c;
    for (std::int64_t b = 0; b < n; ++b) {
      const T* f = args.features.data<T>() + b * m * c;
      T* gram = args.gram.data<T>() + b * c * c;
      for (std::int64_t i = 0; i < c; ++i) {
        for (std::int64_t j = 0; j < c; ++j) {
          double sum = 0;
          for (std::int64_t p = 0; p < m; ++p) sum += double{f[p * c + i]} * double{f[p * c + j]};
          gram[i * c + j] = static_cast<T>(problem.scale * sum);
        }
      }
    }
  });
}

void backward_reference(Context&, const GramProblem& problem, const GramBackwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const std::int64_t n = problem.n, m = problem.m, c = problem.c;
    for (std::int64_t b = 0; b < n; ++b) {
      const T* f = args.features.data<T>() + b * m * c;
      const T* grad = args.grad_gram.data<T>() + b * c * c;
      T* grad_f = args.grad_features.data<T>() + b * m * c;
      for (std::int64_t p = 0; p < m; ++p) {
        for (std::int64_t i = 0; i < c; ++i) {
          double sum = 0;
          for (std::int64_t j = 0; j < c; ++j) {
            sum += double{f[p * c + j]} * (double{grad[j * c + i]} + double{grad[i * c + j]});
          }
          T& to = grad_f[p * c + i];
          to = static_cast<T>((args.accumulate ? double{to} : 0) + problem.scale * sum);
        }
      }
    }
  });
}

}  // namespace impasto::gram_kernels
