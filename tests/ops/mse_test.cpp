#include "ops/mse/mse.h"

#include <doctest/doctest.h>

namespace impasto {
namespace {

TEST_CASE("mse refuses operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3}), wide = Tensor::zeros({2, 3}, DType::f64);
  const Tensor upstream = Tensor::scalar(1, DType::f64);
  CHECK_THROWS_WITH_AS(mse_forward(context, a, Tensor::zeros({3, 2}), 1, true),
                       doctest::Contains("[2, 3] f32 and [3, 2] f32"), Error);
  CHECK_THROWS_AS(mse_forward(context, a, wide, 1, true), Error);
  CHECK_THROWS_AS(mse_forward(context, Tensor::zeros({0}), Tensor::zeros({0}), 1, true), Error);
  CHECK_THROWS_WITH_AS(mse_backward(context, a, 1, Tensor::scalar(1)),
                       doctest::Contains("expected an f64 scalar"), Error);
  CHECK_THROWS_AS(mse_backward(context, a, 1, upstream, wide), Error);
}

}  // namespace
}  // namespace impasto
