// How precisely the libraries multiply. Sums are f32 in both.
#pragma once

#include <cstdint>
#include <string_view>

namespace impasto {

// tf32: tensor cores may round the operands of products to ten bits of mantissa.
enum class CudaMath : std::uint8_t { f32, tf32 };

constexpr std::string_view to_string(CudaMath math) {
  return math == CudaMath::f32 ? "f32" : "tf32";
}

}  // namespace impasto
