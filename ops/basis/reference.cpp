#include "ops/reference.h"

#include "ops/basis/basis_kernels.h"

namespace impasto::basis_kernels {

void dot_reference(Context&, const BasisProblem& problem, const InnerProductsArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    double* product = args.products.data<double>();
    const double* active = args.active.defined() ? args.active.data<double>() : nullptr;
    for (std::size_t r = 0; r < args.vectors.size(); ++r) {
      for (const Tensor& with : args.with) {
        double sum = 0;
        if (active == nullptr || active[r] != 0) {
          const T *a = args.vectors[r].data<T>(), *b = with.data<T>();
          for (std::int64_t i = 0; i < problem.count; ++i) sum += double{a[i]} * double{b[i]};
        }
        *product++ = sum;
      }
    }
  });
}

void combine_reference(Context&, const BasisProblem& problem, const CombineArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const double* weights = args.weights.data<double>();
    T* dst = args.dst.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      double sum = 0;
      for (std::size_t r = 0; r < args.vectors.size(); ++r) {
        if (weights[r] != 0) sum += weights[r] * double{args.vectors[r].data<T>()[i]};
      }
      dst[i] = static_cast<T>(sum);
    }
  });
}

void store_reference(Context&, const BasisProblem& problem, const StoreArgs& args, void*) {
  Tensor slot = slot_of(args);
  if (!slot.defined()) return;
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    T* dst = slot.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) dst[i] = src[i];
  });
}

}  // namespace impasto::basis_kernels
