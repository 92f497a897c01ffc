// Reductions chunk by chunk over the threads (ordered.h), and row sums by blocks of rows: each
// block adds its rows to one row of doubles, and these rows are added in order. Bound by memory.
#include <cmath>

#include "ops/reduce/ordered.h"
#include "ops/reduce/reduce_kernels.h"
#include "ops/reference.h"

namespace impasto::reduce_kernels {
namespace {

using namespace ordered;

template <class T>
double reduce_all(ThreadPool& threads, const ReduceProblem& problem, const T* a, const T* b,
                  void* workspace) {
  const std::int64_t count = problem.count;
  switch (problem.kind) {
    case ReduceKind::sum:
      return reduce<Add>(threads, count, workspace, [=](std::int64_t i) { return double{a[i]}; });
    case ReduceKind::abs_sum:
      return reduce<Add>(threads, count, workspace,
                         [=](std::int64_t i) { return std::abs(double{a[i]}); });
    case ReduceKind::abs_max:
      return reduce<AbsMax>(threads, count, workspace,
                            [=](std::int64_t i) { return std::abs(double{a[i]}); });
    case ReduceKind::dot:
      return reduce<Add>(threads, count, workspace,
                         [=](std::int64_t i) { return double{a[i]} * double{b[i]}; });
    case ReduceKind::nonfinite:  // x - x is 0 for finite x only
      return reduce<Add>(threads, count, workspace,
                         [=](std::int64_t i) { return a[i] - a[i] == 0 ? 0.0 : 1.0; });
  }
  throw Error("reduce: not a kind");
}

constexpr std::int64_t kMinRows = 64;
constexpr std::int64_t kMaxBlocks = 64;

std::int64_t rows_of_block(const ReduceRowsProblem& problem) {
  return std::max(kMinRows, ceil_div(problem.rows, kMaxBlocks));
}

}  // namespace

std::size_t all_vector_workspace(const ReduceProblem& problem, int) {
  return workspace_bytes(ceil_div(problem.count, kChunk));
}

void all_vector(Context& context, const ReduceProblem& problem, const ReduceArgs& args,
                void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* b = problem.kind == ReduceKind::dot ? args.b.data<T>() : nullptr;
    *args.value.data<double>() =
        reduce_all(context.threads(), problem, args.a.data<T>(), b, workspace);
  });
}

std::size_t rows_vector_workspace(const ReduceRowsProblem& problem, int) {
  return workspace_bytes(checked_mul(ceil_div(problem.rows, rows_of_block(problem)), problem.cols));
}

void rows_vector(Context& context, const ReduceRowsProblem& problem, const ReduceRowsArgs& args,
                 void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const std::int64_t rows = problem.rows, cols = problem.cols, step = rows_of_block(problem);
    const T* a = args.a.data<T>();
    T* dst = args.dst.data<T>();
    auto* sums = static_cast<double*>(workspace);
    parallel_for(context.threads(), rows, step, [&](std::int64_t begin, std::int64_t end) {
      double* block = sums + begin / step * cols;
      std::fill_n(block, cols, 0.0);
      for (std::int64_t row = begin; row < end; ++row) {
        for (std::int64_t col = 0; col < cols; ++col) block[col] += double{a[row * cols + col]};
      }
    });
    for (std::int64_t col = 0; col < cols; ++col) {
      double sum = 0;
      for (std::int64_t row = 0; row < rows; row += step) sum += sums[row / step * cols + col];
      dst[col] = static_cast<T>(sum);
    }
  });
}

}  // namespace impasto::reduce_kernels
