#include "tensor/shape.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/checked.h"
#include "tensor/error.h"

namespace impasto {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST_CASE("a shape knows its extents") {
  const Shape shape{2, 3, 4, 5};
  CHECK(shape.rank() == 4);
  CHECK(shape.numel() == 120);
  CHECK(shape[0] == 2);
  CHECK(shape[3] == 5);
  CHECK(shape[-1] == 5);
  CHECK(shape[-4] == 2);
  CHECK(shape.to_string() == "[2, 3, 4, 5]");
  CHECK(shape == Shape(std::vector<std::int64_t>{2, 3, 4, 5}));
  CHECK(shape != Shape{2, 3, 4});
  CHECK(shape != Shape{2, 3, 5, 4});
  CHECK(Shape{1} != Shape{});
  CHECK_THROWS_AS(shape[4], Error);
  CHECK_THROWS_AS(shape[-5], Error);
}

TEST_CASE("a shape without axes is a scalar, one with an extent of zero is empty") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.numel() == 1);
  CHECK(Shape{}.to_string() == "[]");
  CHECK(Shape{0}.numel() == 0);
  CHECK(Shape{3, 0, 5}.numel() == 0);
  CHECK(Shape{3, 0, 5}[2] == 5);
}

TEST_CASE("a shape refuses negative extents, too many axes and products that overflow") {
  CHECK_THROWS_AS(Shape({-1}), Error);
  CHECK_THROWS_AS(Shape({2, -3, 0}), Error);
  CHECK(Shape{1, 1, 1, 1, 1, 7}.numel() == 7);
  CHECK_THROWS_AS(Shape({1, 1, 1, 1, 1, 1, 1}), Error);
  CHECK(Shape{kMax}.numel() == kMax);
  CHECK(Shape{kMax / 3, 3}.numel() == kMax / 3 * 3);
  CHECK_THROWS_AS(Shape({kMax / 3 + 1, 3}), Error);
  CHECK_THROWS_AS(Shape({std::int64_t{1} << 32, std::int64_t{1} << 31}), Error);
  // The product of the others overflows although the whole is zero.
  CHECK_THROWS_AS(Shape({0, kMax, 2}), Error);
  CHECK_THROWS_AS(Shape({kMax, 2, 0}), Error);
}

TEST_CASE("checked arithmetic throws instead of wrapping round") {
  CHECK(checked_mul(1'000'000, -7) == -7'000'000);
  CHECK(checked_mul(kMax, 1) == kMax);
  CHECK_THROWS_AS(checked_mul(kMax, 2), Error);
  CHECK_THROWS_AS(checked_mul(-kMax, 3), Error);
  CHECK(checked_add(kMax - 1, 1) == kMax);
  CHECK_THROWS_AS(checked_add(kMax, 1), Error);
  CHECK_THROWS_AS(checked_add(-kMax, -2), Error);
}

TEST_CASE("division rounds up and cannot overflow") {
  CHECK(ceil_div(0, 4) == 0);
  CHECK(ceil_div(1, 4) == 1);
  CHECK(ceil_div(4, 4) == 1);
  CHECK(ceil_div(5, 4) == 2);
  CHECK(ceil_div(-5, 4) == -1);
  CHECK(ceil_div(kMax, kMax) == 1);
  CHECK(ceil_div(5, kMax) == 1);
  CHECK(ceil_div(kMax, 2) == kMax / 2 + 1);
}

}  // namespace
}  // namespace impasto
