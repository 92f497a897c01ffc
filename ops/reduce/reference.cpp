#include "ops/reference.h"

#include <cmath>

#include "ops/reduce/reduce_kernels.h"

namespace impasto::reduce_kernels {
namespace {

// What one element adds to the running value.
double accumulate(ReduceKind kind, double value, double a, double b) {
  switch (kind) {
    case ReduceKind::sum:
      return value + a;
    case ReduceKind::abs_sum:
      return value + std::abs(a);
    case ReduceKind::abs_max:
      return std::isnan(value) || std::abs(a) <= value ? value : std::abs(a);
    case ReduceKind::dot:
      return value + a * b;
    case ReduceKind::nonfinite:
      return value + (std::isfinite(a) ? 0 : 1);
  }
  throw Error("reduce: not a kind");
}

}  // namespace

void all_reference(Context&, const ReduceProblem& problem, const ReduceArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = problem.kind == ReduceKind::dot ? args.b.data<T>() : a;
    double value = 0;
    for (std::int64_t i = 0; i < problem.count; ++i) {
      value = accumulate(problem.kind, value, double{a[i]}, double{b[i]});
    }
    *args.value.data<double>() = value;
  });
}

void rows_reference(Context&, const ReduceRowsProblem& problem, const ReduceRowsArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    T* dst = args.dst.data<T>();
    for (std::int64_t col = 0; col < problem.cols; ++col) {
      double value = 0;
      for (std::int64_t row = 0; row < problem.rows; ++row) {
        value += double{a[row * problem.cols + col]};
      }
      dst[col] = static_cast<T>(value);
    }
  });
}

}  // namespace impasto::reduce_kernels
