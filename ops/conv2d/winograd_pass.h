// One pass of the transforms, along one line of a tile: values at points from pixels, outputs from
// values at points. Included once per instruction set.
#pragma once

#include "ops/conv2d/winograd_points.h"
#include "tensor/simd/unroll.h"
#include "tensor/simd/vec.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {

using namespace simd::IMPASTO_ISA;

// Coefficients of the transforms of S outputs for points 0, +-p of the first S / 2 pairs of M,
// infinity; all exact in binary. Filters are those of M: at every point, over its distances to
// points that S does not have, which the output transform makes up for.
template <unsigned M, unsigned S>
struct Basis {
  static constexpr unsigned kPairs = S / 2;
  float zero = 1;                   // of the output transform: prod -q^2 over pairs q beyond S
  float powers[S][kPairs] = {};     // p^k prod (p^2 - q^2) over these
  float even[kPairs][kPairs] = {};  // prod (x^2 - q^2) over all other pairs q of S: of x^2k
  float odd[kPairs][kPairs] = {};   // p times that
  float all[kPairs + 1] = {};       // over all pairs of S
};

// prod (square - q^2) over the pairs q of M beyond those of S.
template <unsigned M, unsigned S>
constexpr double distance_beyond(double square) {
  double product = 1;
  for (unsigned j = S / 2; j < M / 2; ++j) {
    product *= square - kWinogradPairs<M>[j] * kWinogradPairs<M>[j];
  }
  return product;
}

template <unsigned M, unsigned S>
constexpr Basis<M, S> make_basis() {
  Basis<M, S> basis;
  constexpr unsigned pairs = Basis<M, S>::kPairs;
  // product(x^2) times x^2 - square.
  const auto multiply = [](float* product, unsigned degree, double square) {
    for (unsigned k = degree + 1; k > 0; --k) product[k] = product[k - 1];
    product[0] = 0;
    for (unsigned k = 0; k <= degree; ++k) {
      product[k] -= static_cast<float>(square) * product[k + 1];
    }
  };
  basis.zero = static_cast<float>(distance_beyond<M, S>(0));
  basis.all[0] = 1;
  for (unsigned i = 0; i < pairs; ++i) {
    const double p = kWinogradPairs<M>[i];
    double power = distance_beyond<M, S>(p * p);
    for (unsigned k = 0; k < S; ++k, power *= p) basis.powers[k][i] = static_cast<float>(power);
    multiply(basis.all, i, p * p);
    basis.even[i][0] = 1;
    for (unsigned j = 0, degree = 0; j < pairs; ++j) {
      const double q = kWinogradPairs<M>[j];
      if (j != i) multiply(basis.even[i], degree++, q * q);
    }
    for (unsigned k = 0; k < pairs; ++k) basis.odd[i][k] = static_cast<float>(p) * basis.even[i][k];
  }
  return basis;
}

template <unsigned M, unsigned S>
constexpr Basis<M, S> kBasis = make_basis<M, S>();

IMPASTO_INLINE F32 scaled(float scale, F32 a) {
  return scale == 1 ? a : broadcast(scale) * a;
}
// a + scale b; additions have execution units of their own.
IMPASTO_INLINE F32 add_scaled(F32 a, float scale, F32 b) {
  if (scale == 1) return a + b;
  if (scale == -1) return a - b;
  return multiply_add(broadcast(scale), b, a);
}

// Coefficients of prod (x - q) over all points q but the one of the row; infinity has all of them.
template <unsigned M, unsigned S>
IMPASTO_INLINE void input_1d(const F32 (&d)[S + 2], F32 (&v)[S + 2]) {
  constexpr unsigned pairs = S / 2;
  constexpr const Basis<M, S>& basis = kBasis<M, S>;
  F32 zero = d[S], infinity = d[S + 1];
  each<pairs>(IMPASTO_EACH(rest) {
    constexpr unsigned k = pairs - 1 - decltype(rest)::kValue;
    zero = add_scaled(zero, basis.all[k], d[2 * k]);
    infinity = add_scaled(infinity, basis.all[k], d[2 * k + 1]);
  });
  v[0] = zero, v[1] = infinity;
  each<pairs>(IMPASTO_EACH(i) {
    F32 even = d[S], odd = scaled(basis.odd[i][pairs - 1], d[S - 1]);
    each<pairs - 1>(IMPASTO_EACH(rest) {
      constexpr unsigned k = pairs - 2 - decltype(rest)::kValue;
      even = add_scaled(even, basis.even[i][k], d[2 * k + 2]);
      odd = add_scaled(odd, basis.odd[i][k], d[2 * k + 1]);
    });
    v[2 + 2 * i] = even + odd;
    v[3 + 2 * i] = even - odd;
  });
}

// Powers of the points.
template <unsigned M, unsigned S>
IMPASTO_INLINE void output_1d(const F32 (&m)[S + 2], F32 (&y)[S]) {
  constexpr unsigned pairs = S / 2;
  constexpr const Basis<M, S>& basis = kBasis<M, S>;
  F32 sums[pairs], differences[pairs];
  each<pairs>(IMPASTO_EACH(i) {
    sums[i] = m[2 + 2 * i] + m[3 + 2 * i];
    differences[i] = m[2 + 2 * i] - m[3 + 2 * i];
  });
  each<S>(IMPASTO_EACH(k) {
    const auto& parts = k % 2 == 0 ? sums : differences;
    F32 sum = scaled(basis.powers[k][0], parts[0]);
    if (k == 0) sum = add_scaled(sum, basis.zero, m[0]);
    if (k == S - 1) sum += m[1];
    each<pairs - 1>(
        IMPASTO_EACH(i) { sum = add_scaled(sum, basis.powers[k][i + 1], parts[i + 1]); });
    y[k] = sum;
  });
}

// Calls visit(S) for the size of a tile of M.
template <unsigned M, class Visit>
IMPASTO_INLINE void with_size(unsigned size, const Visit& visit) {
  if (size == M) return visit(Index<M>{});
  if constexpr (M > 2) with_size<M - 2>(size, visit);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
