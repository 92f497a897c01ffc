#include "ops/gram/gram.h"

#include <string>

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

#if defined(__x86_64__)
TEST_CASE("gram multiplies integers where that is allowed and roundings cancel") {
  const Features vnni = Features(Feature::avx2) | Feature::avx512 | Feature::avx512vnni;
  const auto forward = [&](const GramProblem& p) {
    return std::string(select(gram_forward_table(), p, vnni).info.id);
  };
  GramProblem p{1, 1024, 64, 1, DType::f32, true};
  CHECK(forward(p) == "gram.fwd.cpu.int16.avx512vnni");
  p.m = 1023;  // less than 16 pixels a channel
  CHECK(forward(p) == "gram.fwd.cpu.tiled.avx512");
  p = {1, 2000, 65, 1, DType::f32, true};
  CHECK(forward(p) == "gram.fwd.cpu.tiled.avx512");
  p = {1, 1024, 64, 1, DType::f32, false};
  CHECK(forward(p) == "gram.fwd.cpu.tiled.avx512");
}
#endif

}  // namespace
}  // namespace impasto
