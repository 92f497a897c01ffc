// Arithmetic on sizes that throws instead of wrapping round.
#pragma once

#include <cstdint>

#include "tensor/error.h"

namespace impasto {

inline std::int64_t checked_mul(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  IMPASTO_CHECK(!__builtin_mul_overflow(a, b, &product), "size overflow: {} x {}", a, b);
  return product;
}

inline std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  IMPASTO_CHECK(!__builtin_add_overflow(a, b, &sum), "size overflow: {} + {}", a, b);
  return sum;
}

// Rounded up; b is positive. Cannot overflow, as (a + b - 1) / b can.
inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0);
}

}  // namespace impasto
