#include "ops/gemm/gemm.h"

#include <doctest/doctest.h>

namespace impasto {
namespace {

TEST_CASE("gemm refuses operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({2, 4});
  CHECK_THROWS_WITH_AS(gemm(context, a, b), doctest::Contains("inner extents 3 and 2"), Error);
  CHECK_NOTHROW(gemm(context, a, b, {.transpose_a = true}));
  CHECK_THROWS_AS(gemm(context, a, b, {.transpose_b = true}), Error);
  CHECK_THROWS_AS(gemm(context, a, Tensor::zeros({3})), Error);
  CHECK_THROWS_AS(gemm(context, a, Tensor::zeros({3, 4}, DType::f64)), Error);
}

}  // namespace
}  // namespace impasto
