// The inner loops of basis, one set per instruction set.
//
// Plain structs only: ops/basis/basis_lanes.cpp is compiled once per instruction set and must not
// share an inline function with the rest of the program.
#pragma once

#include <cstdint>

namespace impasto::basis_kernels {

// Elements of a block. Two such blocks in double and two as they are fit the first-level cache.
inline constexpr std::int64_t kBlock = 1024;

// A block of one vector.
template <class T>
struct Block {
  const T* vector;
  const T* next;       // the same block of the vector that follows: fetched meanwhile
  std::int64_t count;  // at most kBlock
};

template <class T>
struct LanesOf {
  // to[i] = from[i].
  void (*widen)(const T* from, std::int64_t count, double* to);
  // sums[c] += <vector, with[c]> for c < cols; with[c] begins at c * kBlock.
  void (*dot)(const Block<T>& block, const double* with, std::int64_t cols, double* sums);
  // sums[i] += weight vector[i].
  void (*add)(const Block<T>& block, double weight, double* sums);
  // dst[i] = sums[i], rounded.
  void (*round)(const double* sums, std::int64_t count, T* dst);
};

struct Lanes {
  LanesOf<float> f32;
  LanesOf<double> f64;
};

namespace generic {
extern const Lanes kLanes;
}
namespace avx2 {
extern const Lanes kLanes;
}
namespace avx512 {
extern const Lanes kLanes;
}

}  // namespace impasto::basis_kernels
