#include "ops/gram/gram.h"

#include <doctest/doctest.h>

namespace impasto {
namespace {

TEST_CASE("gram refuses operands that do not fit") {
  Context context;
  const Tensor features = Tensor::zeros({1, 2, 2, 3});
  CHECK_THROWS_WITH_AS(gram_forward(context, Tensor::zeros({4, 3}), 1),
                       doctest::Contains("expected [n, h, w, c]"), Error);
  CHECK_THROWS_WITH_AS(gram_backward(context, features, Tensor::zeros({3, 3}), 1),
                       doctest::Contains("[3, 3] f32, expected [1, 3, 3] f32"), Error);
  CHECK_THROWS_AS(gram_backward(context, features, Tensor::zeros({1, 3, 3}, DType::f64), 1), Error);
  CHECK_THROWS_WITH_AS(
      gram_backward(context, features, Tensor::zeros({1, 3, 3}), 1, Tensor::zeros({1, 2, 3, 3})),
      doctest::Contains("adds to [1, 2, 3, 3] f32, expected [1, 2, 2, 3] f32"), Error);
}

}  // namespace
}  // namespace impasto
