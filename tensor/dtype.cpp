#include "tensor/dtype.h"

#include "tensor/checked.h"
#include "tensor/error.h"

namespace impasto {

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::f16:
      return "f16";
    case DType::bf16:
      return "bf16";
    case DType::u8:
      return "u8";
    case DType::i32:
      return "i32";
    case DType::bits:
      return "bits";
  }
  throw Error("dtype: unknown value");
}

int bit_width(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 64;
    case DType::f32:
    case DType::i32:
      return 32;
    case DType::f16:
    case DType::bf16:
      return 16;
    case DType::u8:
      return 8;
    case DType::bits:
      return 1;
  }
  throw Error("dtype: unknown value");
}

std::size_t storage_bytes(DType dtype, std::int64_t count) {
  IMPASTO_CHECK(count >= 0, "storage: negative element count {}", count);
  if (dtype == DType::bits) return static_cast<std::size_t>(checked_add(count, 63) / 64 * 8);
  return static_cast<std::size_t>(checked_mul(count, bit_width(dtype) / 8));
}

}  // namespace impasto
