// What mixed precision changes of an evaluation: nothing of the losses, little of the gradient.
#include <doctest/doctest.h>

#include "style/losses.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

Tensor picture(std::uint64_t seed) {
  Tensor x = random_tensor({1, 64, 64, 3}, DType::f32, seed);
  for (float& value : x.values<float>()) value = 128 + 100 * value;
  return x;
}

TEST_CASE("mixed precision leaves the losses alone and the gradient within half a percent") {
  Context exact;
  Context mixed({.precision = Precision::mixed});
  Vgg network(random_vgg_spec(1));
  const auto evaluate = [&](Context& context) {
    StyleObjective objective(context, network, {}, picture(1), {picture(2)});
    return objective.evaluate(context, picture(3), true);
  };
  const LossGradient want = evaluate(exact), got = evaluate(mixed);
  CHECK(got.losses.total == want.losses.total);
  const double error = relative_error(got.gradient, want.gradient);
  CAPTURE(error);  // 4e-4 to 2e-3 seen
  CHECK(error < 5e-3);
  // Where the processor has what it takes, it is used.
  CHECK((error > 0) == exact.features().has(Feature::avx512vnni));
}

}  // namespace
}  // namespace impasto
