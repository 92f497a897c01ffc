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
  // Selections one after the other, which the compiler vectorises. NaN stays NaN.
  static double slope(double d) {
    const double sign = d > 0 ? 1.0 : 0.0;
    const double both = d < 0 ? -1.0 : sign;
    return d != d ? d : both;
  }
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

// A stretch of a row and its four neighbours. One that lies outside the picture is the row itself:
// the slope at 0 is 0.
template <class T>
struct Stretch {
  const T *at, *left, *right, *up, *down;
};

template <class Kind, class T>
void write_gradient(const Stretch<T>& x, std::int64_t count, double factor, T* grad) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double at = x.at[i];
    const double across =
        Kind::slope(at - double{x.left[i]}) - Kind::slope(double{x.right[i]} - at);
    const double along = Kind::slope(at - double{x.up[i]}) - Kind::slope(double{x.down[i]} - at);
    grad[i] = static_cast<T>(factor * (across + along));
  }
}

// The gradient of row r: its first pixel, its last, and what is between.
template <class Kind, class T>
void write_row(const TotalVariationProblem& p, const T* x, std::int64_t r, double factor, T* grad) {
  const std::int64_t row = p.w * p.c, last = row - p.c, y = r % p.h;
  const T* at = x + r * row;
  const T* up = y > 0 ? at - row : at;
  const T* down = y + 1 < p.h ? at + row : at;
  T* to = grad + r * row;
  write_gradient<Kind, T>({at, at, p.w > 1 ? at + p.c : at, up, down}, p.c, factor, to);
  if (p.w == 1) return;
  write_gradient<Kind, T>({at + p.c, at, at + 2 * p.c, up + p.c, down + p.c}, last - p.c, factor,
                          to + p.c);
  write_gradient<Kind, T>({at + last, at + last - p.c, at + last, up + last, down + last}, p.c,
                          factor, to + last);
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

void backward_rows(Context& context, const TotalVariationProblem& p,
                   const TotalVariationBackwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    dispatch_kind(p.kind, [&]<class Kind>(Kind) {
      const T* x = args.x.data<T>();
      T* grad_x = args.grad_x.data<T>();
      const double factor = args.upstream.item() * mean_factor(p);
      parallel_for(context.threads(), p.n * p.h, rows_of_task(p),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t r = begin; r < end; ++r) {
                       write_row<Kind>(p, x, r, factor, grad_x);
                     }
                   });
    });
  });
}

}  // namespace impasto::total_variation_kernels
