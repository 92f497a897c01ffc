// Host twins of tensor/cuda/half.h.
#pragma once

#include <bit>
#include <cstdint>

#include "tensor/simt/calls.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

__forceinline__ std::uint16_t bf16_bits(float value) {
  return ::impasto::simt::bf16_bits(value);
}
__forceinline__ float bf16_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
__forceinline__ std::uint32_t pack_bf16(float low, float high) {
  return bf16_bits(low) | static_cast<std::uint32_t>(bf16_bits(high)) << 16;
}

__forceinline__ std::uint16_t f16_bits(float value) {
  return ::impasto::simt::f16_bits(value);
}
__forceinline__ float f16_value(std::uint16_t bits) {
  return ::impasto::simt::f16_value(bits);
}
__forceinline__ std::uint32_t pack_f16(float low, float high) {
  return f16_bits(low) | static_cast<std::uint32_t>(f16_bits(high)) << 16;
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
