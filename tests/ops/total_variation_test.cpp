#include "ops/total_variation/total_variation.h"

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

TEST_CASE("total variation of pictures worked out by hand") {
  Context context;
  const Tensor x = Tensor::from<float>({1, 2, 2, 1}, {1, 3, 0, 7});  // pairs: 2, 7, -1, 4
  CHECK(total_variation_forward(context, x, VariationKind::squared, 4).item() == 4 + 49 + 1 + 16);
  CHECK(total_variation_forward(context, x, VariationKind::absolute, 4).item() == 2 + 7 + 1 + 4);
  const Tensor one = Tensor::scalar(1, DType::f64);
  const Tensor squared = total_variation_backward(context, x, VariationKind::squared, 4, one);
  CHECK(compare_exact(squared, Tensor::from<float>({1, 2, 2, 1}, {-2, -4, -16, 22})).ok);
  const Tensor absolute = total_variation_backward(context, x, VariationKind::absolute, 4, one);
  CHECK(compare_exact(absolute, Tensor::from<float>({1, 2, 2, 1}, {0, 0, -2, 2})).ok);
}

TEST_CASE("the absolute variation of a flat picture has gradient 0") {
  Context context;
  const Tensor grad =
      total_variation_backward(context, Tensor::full({1, 5, 7, 3}, 9), VariationKind::absolute, 1,
                               Tensor::scalar(1, DType::f64));
  CHECK(compare_exact(grad, Tensor::zeros({1, 5, 7, 3})).ok);
}

TEST_CASE("total variation refuses what is no picture") {
  Context context;
  const Tensor x = Tensor::zeros({1, 2, 2, 1});
  CHECK_THROWS_WITH_AS(
      total_variation_forward(context, Tensor::zeros({2, 3}), VariationKind::squared, 1),
      doctest::Contains("expected [n, h, w, c]"), Error);
  CHECK_THROWS_AS(
      total_variation_forward(context, Tensor::zeros({1, 0, 3, 3}), VariationKind::squared, 1),
      Error);
  CHECK_THROWS_WITH_AS(
      total_variation_backward(context, x, VariationKind::squared, 1, Tensor::scalar(1)),
      doctest::Contains("expected an f64 scalar"), Error);
}

}  // namespace
}  // namespace impasto
