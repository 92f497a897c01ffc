// Reductions in an order that only the problem decides, so that the bits are the same for every
// thread count: fixed chunks, in each of them fixed lanes (which the compiler keeps in vector
// registers), all joined in order. Shared by the reductions and by the losses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tensor/checked.h"
#include "tensor/thread_pool.h"

namespace impasto::ordered {

inline constexpr std::int64_t kChunk = 16384;
inline constexpr std::int64_t kLanes = 8;

// How two partial results become one. 0 is the neutral element of both.
struct Add {
  double operator()(double a, double b) const { return a + b; }
};
struct AbsMax {  // of values >= 0; NaN once either is. `|`: a branch would not be vectorised
  double operator()(double a, double b) const { return (b > a) | (b != b) ? b : a; }
};

// Joins term(i) for i in [begin, end).
template <class Join, class Term>
double reduce_range(std::int64_t begin, std::int64_t end, Term term) {
  const Join join;
  double lanes[kLanes] = {};
  std::int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = join(lanes[lane], term(i + lane));
    }
  }
  for (; i < end; ++i) lanes[0] = join(lanes[0], term(i));
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t lane = 0; lane < width; ++lane) {
      lanes[lane] = join(lanes[lane], lanes[lane + width]);
    }
  }
  return lanes[0];
}

// Joins piece(p) for p in [0, pieces), computed by all threads. `partials` has room for `pieces`.
template <class Join, class Piece>
double reduce_pieces(ThreadPool& threads, std::int64_t pieces, double* partials, Piece piece) {
  threads.run(pieces, [&](std::int64_t p, int) { partials[p] = piece(p); });
  double result = 0;
  for (std::int64_t p = 0; p < pieces; ++p) result = Join()(result, partials[p]);
  return result;
}

inline std::size_t workspace_bytes(std::int64_t pieces) {
  return static_cast<std::size_t>(pieces) * sizeof(double);
}

// Joins term(i) for i in [0, count). The workspace has room for ceil(count / kChunk) pieces.
template <class Join, class Term>
double reduce(ThreadPool& threads, std::int64_t count, void* workspace, Term term) {
  return reduce_pieces<Join>(
      threads, ceil_div(count, kChunk), static_cast<double*>(workspace), [&](std::int64_t p) {
        return reduce_range<Join>(p * kChunk, std::min(count, (p + 1) * kChunk), term);
      });
}

}  // namespace impasto::ordered
