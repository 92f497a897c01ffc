#include "ops/elementwise/elementwise.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

TEST_CASE("the elementwise entries do what their names say") {
  Context context;
  const auto tensor = [](std::vector<double> values) { return Tensor::from<double>({2}, values); };
  const Tensor a = tensor({5, -7}), b = tensor({2, 4});
  const auto equal = [&](const Tensor& got, std::vector<double> want) {
    return compare_exact(got, tensor(std::move(want))).ok;
  };
  CHECK(equal(add(context, a, b), {7, -3}));
  CHECK(equal(sub(context, a, b), {3, -11}));
  CHECK(equal(mul(context, a, b), {10, -28}));
  CHECK(equal(scale(context, a, 3), {15, -21}));
  CHECK(equal(clamp(context, a, -1, 1), {1, -1}));
  CHECK(equal(linear(context, 2, a, 3, b), {16, -2}));
  Tensor y = b.clone();
  axpby(context, 2, a, 3, y);
  CHECK(equal(y, {16, -2}));
}

TEST_CASE("elementwise ops refuse operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({3});
  Tensor y = Tensor::zeros({2, 3}, DType::f64);
  CHECK_THROWS_WITH_AS(add(context, a, b),
                       doctest::Contains("add: operands [2, 3] f32 and [3] f32"), Error);
  CHECK_THROWS_AS(sub(context, a, Tensor()), Error);
  CHECK_THROWS_AS(mul(context, a, y), Error);
  CHECK_THROWS_AS(axpby(context, 1, a, 1, y), Error);
  CHECK_THROWS_WITH_AS(clamp(context, a, 1, 0), doctest::Contains("[1, 0] is empty"), Error);
  CHECK_THROWS_AS(clamp(context, a, NAN, 0), Error);
  CHECK_THROWS_WITH_AS(scale(context, Tensor::zeros({2}, DType::u8), 2),
                       doctest::Contains("no kernel serves elementwise(2 x 1 u8, linear)"), Error);
}

}  // namespace
}  // namespace impasto
