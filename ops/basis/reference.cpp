#include "ops/reference.h"

#include "ops/basis/basis_kernels.h"

namespace impasto::basis_kernels {

void dot_reference(Context&, const BasisProblem& problem, const InnerProductsArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    double* product = args.products.data<double>();
    for (const Tensor& vector : args.vectors) {
      for (const Tensor& with : args.with) {
        const T *a = vector.data<T>(), *b = with.data<T>();
        double sum = 0;
        for (std::int64_t i = 0; i < problem.count; ++i) sum += double{a[i]} * double{b[i]};
        *product++ = sum;
      }
    }
  });
}

void combine_reference(Context&, const BasisProblem& problem, const CombineArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    T* dst = args.dst.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      double sum = 0;
      for (std::size_t r = 0; r < args.vectors.size(); ++r) {
        sum += args.weights[r] * double{args.vectors[r].data<T>()[i]};
      }
      dst[i] = static_cast<T>(sum);
    }
  });
}

}  // namespace impasto::basis_kernels
