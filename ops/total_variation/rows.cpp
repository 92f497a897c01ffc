// Total variation row by row, rows spread over the threads: each row is compared with itself
// shifted by a pixel and with its neighbours, in loops without branches. Bound by memory.
#include <algorithm>
#include <cmath>

#include "ops/reduce/ordered.h"
#include "ops/reference.h"
#include "ops/total_variation/total_variation_kernels.h"

namespace impasto::total_variation_kernels {
namespace {

using ordered::Add;
using ordered::reduce_range;

// Rows of a task: about as many elements as a chunk of the other reductions.
std::int64_t rows_of_task(const TotalVariationProblem& problem) {
  return std::max<std::int64_t>(1, ordered::kChunk / (problem.w * problem.c));
}

double mean_factor(const TotalVariationProblem& p) {
  return p.weight / static_cast<double>(p.n * p.h * p.w * p.c);
}

// Of d^2, or of |d|.
struct Squared {
  static double value(double d) { return d * d; }
  static double slope(double d) { return 2 * d; }
};
struct Absolute {
  static double value(double d) { return std::abs(d); }
  static double slope(double d) { return d > 0 ? 1 : d < 0 ? -1 : d; }  // NaN stays NaN
};

template <class F>
void dispatch_kind(VariationKind kind, F f) {
  kind == VariationKind::squared ? f(Squared()) : f(Absolute());
}

// Sum over i of value(b[i] - a[i]).
template <class Kind, class T>
double variation(const T* a, const T* b, std::int64_t count) {
  return reduce_range<Add>(
      0, count, [=](std::int64_t i) { return Kind::value(double{b[i]} - double{a[i]}); });
}

// sums[i] += sign * slope(b[i] - a[i]).
template <class Kind, class T>
void add_slopes(const T* a, const T* b, std::int64_t count, double sign, double* sums) {
  for (std::int64_t i = 0; i < count; ++i) {
    sums[i] += sign * Kind::slope(double{b[i]} - double{a[i]});
  }
}

// The gradient of row r, unscaled, into sums [w, c].
template <class Kind, class T>
void sum_row(const TotalVariationProblem& p, const T* x, std::int64_t r, double* sums) {
  const std::int64_t row = p.w * p.c, shifted = row - p.c, y = r % p.h;
  const T* at = x + r * row;
  std::fill_n(sums, row, 0.0);
  add_slopes<Kind>(at, at + p.c, shifted, 1, sums + p.c);
  add_slopes<Kind>(at, at + p.c, shifted, -1, sums);
  if (y > 0) add_slopes<Kind>(at - row, at, row, 1, sums);
  if (y + 1 < p.h) add_slopes<Kind>(at, at + row, row, -1, sums);
}

}  // namespace

std::size_t forward_rows_workspace(const TotalVariationProblem& problem, int) {
  return ordered::workspace_bytes(ceil_div(problem.n * problem.h, rows_of_task(problem)));
}

void forward_rows(Context& context, const TotalVariationProblem& p,
                  const TotalVariationForwardArgs& args, void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    dispatch_kind(p.kind, [&]<class Kind>(Kind) {
      const T* x = args.x.data<T>();
      const std::int64_t rows = p.n * p.h, row = p.w * p.c, step = rows_of_task(p);
      const double sum = ordered::reduce_pieces<Add>(
          context.threads(), ceil_div(rows, step), static_cast<double*>(workspace),
          [&](std::int64_t piece) {
            double total = 0;
            for (std::int64_t r = piece * step; r < std::min(rows, (piece + 1) * step); ++r) {
              const T* at = x + r * row;
              total += variation<Kind>(at, at + p.c, row - p.c);
              if (r % p.h + 1 < p.h) total += variation<Kind>(at, at + row, row);
            }
            return total;
          });
      *args.value.data<double>() = mean_factor(p) * sum;
    });
  });
}

// One row of doubles a thread.
std::size_t backward_rows_workspace(const TotalVariationProblem& problem, int threads) {
  return ordered::workspace_bytes(checked_mul(threads, problem.w * problem.c));
}

void backward_rows(Context& context, const TotalVariationProblem& p,
                   const TotalVariationBackwardArgs& args, void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    dispatch_kind(p.kind, [&]<class Kind>(Kind) {
      const T* x = args.x.data<T>();
      T* grad_x = args.grad_x.data<T>();
      const double factor = args.upstream.item() * mean_factor(p);
      const std::int64_t rows = p.n * p.h, row = p.w * p.c, step = rows_of_task(p);
      context.threads().run(ceil_div(rows, step), [&](std::int64_t task, int thread) {
        double* sums = static_cast<double*>(workspace) + thread * row;
        for (std::int64_t r = task * step; r < std::min(rows, (task + 1) * step); ++r) {
          sum_row<Kind>(p, x, r, sums);
          for (std::int64_t i = 0; i < row; ++i) {
            grad_x[r * row + i] = static_cast<T>(factor * sums[i]);
          }
        }
      });
    });
  });
}

}  // namespace impasto::total_variation_kernels
