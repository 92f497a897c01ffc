#include "ops/reference.h"

#include "ops/gemm/gemm_kernels.h"

namespace impasto::gemm_kernels {

void forward_reference(Context&, const GemmProblem& problem, const GemmArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const auto [m, n, k, params, dtype] = problem;
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    T* c = args.c.data<T>();
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::int64_t p = 0; p < k; ++p) {
          sum += double{params.transpose_a ? a[p * m + i] : a[i * k + p]} *
                 double{params.transpose_b ? b[j * k + p] : b[p * n + j]};
        }
        c[i * n + j] = static_cast<T>(params.alpha * sum);
      }
    }
  });
}

}  // namespace impasto::gemm_kernels
