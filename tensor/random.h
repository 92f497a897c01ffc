// Counter-based random numbers: element i of stream `seed` is a pure function of (seed, i), so a
// picture from a seed is the same on every device, for every thread count, in any order.
//
// Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>

#include "tensor/tensor.h"

namespace impasto {

// The published function: one block of four 32-bit numbers from a counter and a key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// The same, with the upper half of the counter zero.
std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t counter);

// Uniform in [0, 1), 24 bits.
float random_uniform(std::uint64_t seed, std::uint64_t index);

// Standard normal by Box-Muller: elements 2i and 2i + 1 share a block.
float random_normal(std::uint64_t seed, std::uint64_t index);

// Fills an f32 or f64 tensor with lo + (hi - lo) * uniform, or with mean + stddev * normal.
void fill_uniform(Tensor& tensor, std::uint64_t seed, double lo = 0, double hi = 1);
void fill_normal(Tensor& tensor, std::uint64_t seed, double mean = 0, double stddev = 1);

}  // namespace impasto
