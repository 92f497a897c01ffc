// The 16-bit formats against their definitions, computed in double: every pattern, every tie.
#include "tensor/half.h"

#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace impasto {
namespace {

struct Format {
  int exponent_bits, fraction_bits;
};
constexpr Format kHalf{5, 10};
constexpr Format kBFloat16{8, 7};

// Sign, exponent and fraction of the standard, spelled out.
double value_of(std::uint16_t bits, Format format) {
  const int bias = (1 << (format.exponent_bits - 1)) - 1;
  const int exponent = (bits >> format.fraction_bits) & ((1 << format.exponent_bits) - 1);
  const int fraction = bits & ((1 << format.fraction_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == (1 << format.exponent_bits) - 1) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - format.fraction_bits);
  return sign *
         std::ldexp((1 << format.fraction_bits) + fraction, exponent - bias - format.fraction_bits);
}

bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b && std::signbit(a) == std::signbit(b);
}

template <class T>
T narrowed(float value);
template <>
Half narrowed<Half>(float value) {
  return to_half(value);
}
template <>
BFloat16 narrowed<BFloat16>(float value) {
  return to_bfloat16(value);
}

// Every pattern widens to its value and narrows back to itself; NaN stays NaN with its sign.
template <class T>
void check_round_trip(Format format) {
  int wrong = 0;
  for (int i = 0; i < 0x10000; ++i) {
    const T narrow{static_cast<std::uint16_t>(i)};
    const float wide = to_float(narrow);
    wrong += !same(static_cast<double>(wide), value_of(narrow.bits, format));
    const T back = narrowed<T>(wide);
    if (std::isnan(wide)) {
      wrong += !std::isnan(to_float(back)) || ((back.bits ^ narrow.bits) & 0x8000) != 0;
    } else {
      wrong += back.bits != narrow.bits;
    }
  }
  CHECK(wrong == 0);
}

// Between each two neighbours of a sign: the middle goes to the even one, and the f32 values on
// either side of the middle to the nearer one. `infinity` follows the largest number: what would
// be its value, were the format to go on, sets the middle that overflows.
template <class T>
void check_rounding(Format format) {
  const int infinity = ((1 << format.exponent_bits) - 1) << format.fraction_bits;
  int wrong = 0;
  for (int i = 0; i < infinity; ++i) {
    const double low = value_of(static_cast<std::uint16_t>(i), format);
    const double spacing = i + 1 == infinity
                               ? low - value_of(static_cast<std::uint16_t>(i - 1), format)
                               : value_of(static_cast<std::uint16_t>(i + 1), format) - low;
    const auto middle = static_cast<float>(low + spacing / 2);
    const int even = i % 2 == 0 ? i : i + 1;
    for (int sign : {0, 0x8000}) {
      const auto check = [&](float value, int want) {
        wrong += narrowed<T>(sign == 0 ? value : -value).bits != (want | sign);
      };
      check(middle, even);
      check(std::nextafter(middle, 0.0f), i);
      check(std::nextafter(middle, INFINITY), i + 1);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("all 65536 f16 patterns convert to f32 and back") {
  check_round_trip<Half>(kHalf);
}

TEST_CASE("all 65536 bf16 patterns convert to f32 and back") {
  check_round_trip<BFloat16>(kBFloat16);
}

TEST_CASE("f16 rounds to nearest, ties to even, at every boundary") {
  check_rounding<Half>(kHalf);
}

TEST_CASE("bf16 rounds to nearest, ties to even, at every boundary") {
  check_rounding<BFloat16>(kBFloat16);
}

TEST_CASE("f16 and bf16 overflow to infinity and flush only what is below half the least number") {
  CHECK(to_half(65504).bits == 0x7bff);
  CHECK(to_half(65519.996f).bits == 0x7bff);
  CHECK(to_half(65520).bits == 0x7c00);
  CHECK(to_half(-1e30f).bits == 0xfc00);
  CHECK(to_half(0x1p-24f).bits == 1);
  CHECK(to_half(0x1p-25f).bits == 0);
  CHECK(to_half(0x1.000002p-25f).bits == 1);
  CHECK(to_half(-0x1p-30f).bits == 0x8000);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(to_bfloat16(std::numeric_limits<float>::denorm_min()).bits == 0);
  CHECK(to_bfloat16(-INFINITY).bits == 0xff80);
  // A NaN whose payload is in the low bits only must not become infinity.
  CHECK(std::isnan(to_float(to_bfloat16(std::bit_cast<float>(0x7f800001u)))));
  CHECK(std::isnan(to_float(to_half(std::bit_cast<float>(0xff800001u)))));
}

}  // namespace
}  // namespace impasto
