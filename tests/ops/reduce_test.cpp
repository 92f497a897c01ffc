#include "ops/reduce/reduce.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

TEST_CASE("the reduction entries do what their names say") {
  Context context;
  const Tensor a = Tensor::from<float>({2, 2}, {1, -5, 2, NAN});
  const Tensor b = Tensor::from<float>({3}, {1, -5, 2});
  CHECK(sum(context, b).item() == -2);
  CHECK(abs_sum(context, b).item() == 8);
  CHECK(abs_max(context, b).item() == 5);
  CHECK(dot(context, b, b).item() == 30);
  CHECK(count_nonfinite(context, a).item() == 1);
  CHECK(sum(context, a).dtype() == DType::f64);
  CHECK(sum(context, a).shape() == Shape{});
}

TEST_CASE("sum_rows keeps the last axis") {
  Context context;
  const Tensor a = random_integers({2, 3, 4, 5}, DType::f32, 1);
  const Tensor sums = sum_rows(context, a);
  CHECK(sums.shape() == Shape{5});
  CHECK(sum(context, sums).item() == sum(context, a).item());
  CHECK(sum_rows(context, Tensor::zeros({3, 0})).shape() == Shape{0});
  CHECK_THROWS_AS(sum_rows(context, Tensor::scalar(1)), Error);
}

TEST_CASE("dot refuses operands that do not fit") {
  Context context;
  CHECK_THROWS_WITH_AS(dot(context, Tensor::zeros({3}), Tensor::zeros({4})),
                       doctest::Contains("dot: operands [3] f32 and [4] f32"), Error);
}

}  // namespace
}  // namespace impasto
