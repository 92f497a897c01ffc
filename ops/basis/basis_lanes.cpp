// Vectors of doubles: floats are widened as they are loaded, so that sums over a million elements
// lose nothing, at half the width.
#include "ops/basis/basis_lanes.h"

#if IMPASTO_LANES > 4
#include <immintrin.h>
#endif

namespace impasto::basis_kernels::IMPASTO_ISA {

constexpr unsigned kWidth = IMPASTO_LANES / 2;
constexpr unsigned kUnroll = 4;  // accumulators of one sum: hides the latency of an addition
constexpr std::int64_t kStep = kUnroll * kWidth;

using F64 [[gnu::vector_size(8 * kWidth)]] = double;
using UnalignedF64 [[gnu::vector_size(8 * kWidth), gnu::aligned(8), gnu::may_alias]] = double;
using UnalignedF32 [[gnu::vector_size(4 * kWidth), gnu::aligned(4), gnu::may_alias]] = float;

static F64 load(const double* from) {
  return *reinterpret_cast<const UnalignedF64*>(from);
}

static F64 load(const float* from) {
#if IMPASTO_LANES == 16
  // All lanes: GCC 12 warns of an uninitialised variable inside the intrinsic without a mask.
  return _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(from));
#elif IMPASTO_LANES == 8
  return _mm256_cvtps_pd(_mm_loadu_ps(from));
#else
  return __builtin_convertvector(*reinterpret_cast<const UnalignedF32*>(from), F64);
#endif
}

static void store(double* to, F64 value) {
  *reinterpret_cast<UnalignedF64*>(to) = value;
}

// Asks for what one step reads, a cache line at a time.
template <class T>
static void fetch(const T* from) {
  constexpr std::int64_t kLine = 64 / sizeof(T);
  for (std::int64_t i = 0; i < kStep; i += kLine) __builtin_prefetch(from + i);
}

// Each sum has its own accumulators and the same order of additions whatever `cols` is.
template <unsigned cols, class T>
static void dot_columns(const Block<T>& block, const double* with, double* sums) {
  const auto [vector, next, count] = block;
  F64 wide[cols][kUnroll] = {};
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    fetch(next + i);
    for (unsigned u = 0; u < kUnroll; ++u) {
      const F64 element = load(vector + i + u * kWidth);
      for (unsigned c = 0; c < cols; ++c) {
        wide[c][u] = element * load(with + c * kBlock + i + u * kWidth) + wide[c][u];
      }
    }
  }
  for (unsigned c = 0; c < cols; ++c) {
    const F64 total = (wide[c][0] + wide[c][1]) + (wide[c][2] + wide[c][3]);
    double sum = 0;
    for (unsigned lane = 0; lane < kWidth; ++lane) sum += total[lane];
    for (std::int64_t j = i; j < count; ++j) {
      sum += static_cast<double>(vector[j]) * with[c * kBlock + j];
    }
    sums[c] += sum;
  }
}

template <class T>
static void dot(const Block<T>& block, const double* with, std::int64_t cols, double* sums) {
  for (; cols >= 2; cols -= 2, with += 2 * kBlock, sums += 2) dot_columns<2>(block, with, sums);
  if (cols > 0) dot_columns<1>(block, with, sums);
}

template <class T>
static void add(const Block<T>& block, double weight, double* sums) {
  const auto [vector, next, count] = block;
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    fetch(next + i);
    for (unsigned u = 0; u < kUnroll; ++u) {
      double* to = sums + i + u * kWidth;
      store(to, weight * load(vector + i + u * kWidth) + load(to));
    }
  }
  for (; i < count; ++i) sums[i] += weight * static_cast<double>(vector[i]);
}

template <class T>
static void widen(const T* from, std::int64_t count, double* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<double>(from[i]);
}

template <class T>
static void round(const double* sums, std::int64_t count, T* dst) {
  for (std::int64_t i = 0; i < count; ++i) dst[i] = static_cast<T>(sums[i]);
}

const Lanes kLanes = {{widen<float>, dot<float>, add<float>, round<float>},
                      {widen<double>, dot<double>, add<double>, round<double>}};

}  // namespace impasto::basis_kernels::IMPASTO_ISA
