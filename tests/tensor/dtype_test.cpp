#include "tensor/dtype.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/bits.h"
#include "tensor/error.h"

namespace impasto {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST_CASE("every dtype has a name, a width and a C++ type") {
  struct Row {
    DType dtype;
    const char* name;
    int bits;
  };
  const Row rows[] = {{DType::f32, "f32", 32},   {DType::f64, "f64", 64}, {DType::f16, "f16", 16},
                      {DType::bf16, "bf16", 16}, {DType::u8, "u8", 8},    {DType::i32, "i32", 32},
                      {DType::bits, "bits", 1}};
  for (const Row& row : rows) {
    CHECK(to_string(row.dtype) == row.name);
    CHECK(bit_width(row.dtype) == row.bits);
  }
  CHECK(kDTypeOf<float> == DType::f32);
  CHECK(kDTypeOf<double> == DType::f64);
  CHECK(kDTypeOf<Half> == DType::f16);
  CHECK(kDTypeOf<BFloat16> == DType::bf16);
  CHECK(kDTypeOf<std::uint8_t> == DType::u8);
  CHECK(kDTypeOf<std::int32_t> == DType::i32);
  CHECK(kDTypeOf<std::uint64_t> == DType::bits);
}

TEST_CASE("storage sizes; masks take whole 64-bit words") {
  CHECK(storage_bytes(DType::f32, 5) == 20);
  CHECK(storage_bytes(DType::f64, 5) == 40);
  CHECK(storage_bytes(DType::f16, 5) == 10);
  CHECK(storage_bytes(DType::bf16, 5) == 10);
  CHECK(storage_bytes(DType::u8, 5) == 5);
  CHECK(storage_bytes(DType::i32, 5) == 20);
  CHECK(storage_bytes(DType::f32, 0) == 0);
  CHECK(storage_bytes(DType::bits, 0) == 0);
  CHECK(storage_bytes(DType::bits, 1) == 8);
  CHECK(storage_bytes(DType::bits, 64) == 8);
  CHECK(storage_bytes(DType::bits, 65) == 16);
}

TEST_CASE("storage sizes that overflow are refused") {
  CHECK(storage_bytes(DType::u8, kMax) == static_cast<std::size_t>(kMax));
  CHECK(storage_bytes(DType::f32, kMax / 4) == static_cast<std::size_t>(kMax / 4 * 4));
  CHECK_THROWS_AS(storage_bytes(DType::f32, kMax / 4 + 1), Error);
  CHECK_THROWS_AS(storage_bytes(DType::f64, kMax / 4), Error);
  CHECK_THROWS_AS(storage_bytes(DType::bits, kMax), Error);
  CHECK_THROWS_AS(storage_bytes(DType::f32, -1), Error);
}

TEST_CASE("mask bits are read and written one at a time, lowest first") {
  std::vector<std::uint64_t> words(3, 0);
  for (std::int64_t i : {0, 1, 63, 64, 130}) set_bit(words.data(), i, true);
  CHECK(words == std::vector<std::uint64_t>{0x8000000000000003u, 1u, 4u});
  for (std::int64_t i = 0; i < 192; ++i) {
    CHECK(get_bit(words.data(), i) == (i == 0 || i == 1 || i == 63 || i == 64 || i == 130));
  }
  set_bit(words.data(), 63, false);
  set_bit(words.data(), 62, false);
  CHECK(words[0] == 3);
}

}  // namespace
}  // namespace impasto
