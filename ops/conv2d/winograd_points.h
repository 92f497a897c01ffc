// The points of the Winograd convolutions F(m x m, 3x3), where polynomials are multiplied by their
// values: 0, infinity, and these with both signs. Found by search for the least rounding error
// among those whose products are exact in binary; the customary 0, +-1, +-2, infinity of m = 4 have
// twice as much.
//
// The CPU's kernels number them in this order: 0, infinity, p, -p of the first pair, and so on. The
// first s + 2 of them are points of an F(s x s, 3x3), for a tile that a border cuts short: it needs
// no filters of its own.
//
// Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms for
// convolutional neural networks", 2015.
#pragma once

namespace impasto::conv2d_kernels {

template <unsigned outputs>
inline constexpr double kWinogradPairs[outputs / 2] = {};
template <>
inline constexpr double kWinogradPairs<4>[] = {0.625, 1.5};
template <>
inline constexpr double kWinogradPairs<6>[] = {1, 2, 0.5};

}  // namespace impasto::conv2d_kernels
