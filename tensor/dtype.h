// Element types. f32 is master and default; f64 exists so that every reference kernel, gradient
// rule and optimiser can be verified in double; f16 and bf16 are storage formats that accumulate in
// f32; bits is a packed mask, eight elements a byte, least significant bit first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace impasto {

enum class DType : std::uint8_t { f32, f64, f16, bf16, u8, i32, bits };

std::string_view to_string(DType dtype);

// Bits that one element takes: 1 for DType::bits, otherwise 8 x sizeof.
int bit_width(DType dtype);

// Bytes that `count` elements take; packed bits are rounded up to whole 64-bit words so that word
// access never reads past the end. Throws Error on overflow.
std::size_t storage_bytes(DType dtype, std::int64_t count);

// Storage-only 16-bit types: arithmetic goes through tensor/half.h.
struct Half {
  std::uint16_t bits;
};
struct BFloat16 {
  std::uint16_t bits;
};

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<Half> {
  static constexpr DType value = DType::f16;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::bf16;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::i32;
};
// Masks are read and written a 64-bit word at a time.
template <>
struct DTypeOf<std::uint64_t> {
  static constexpr DType value = DType::bits;
};

template <class T>
inline constexpr DType kDTypeOf = DTypeOf<T>::value;

}  // namespace impasto
