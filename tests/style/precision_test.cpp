// What mixed precision changes of an evaluation: next to nothing of the losses, little of the
// gradient.
#include <algorithm>
#include <cmath>

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

TEST_CASE("mixed precision moves losses by rounding only and the gradient by half a percent") {
  Context exact;
  Context mixed({.precision = Precision::mixed});
  Vgg network(random_vgg_spec(1));
  const auto evaluate = [&](Context& context) {
    StyleObjective objective(context, network, {}, picture(1), {picture(2)});
    return objective.evaluate(context, picture(3), true);
  };
  const LossGradient want = evaluate(exact), got = evaluate(mixed);
  CHECK(std::abs(got.losses.total - want.losses.total) < 1e-5 * want.losses.total);
  const double error = relative_error(got.gradient, want.gradient);
  CAPTURE(error);  // 4e-4 to 2e-3 seen
  CHECK(error < 5e-3);
  // Where the processor has what it takes, it is used.
  const auto launches = mixed.launches();
  for (const char* op : {"conv2d.bwd_data", "gram.fwd", "gram.bwd"}) {
    const auto is_int16 = [op](const auto& launch) {
      return launch.first.starts_with(op) && launch.first.ends_with("int16.avx512vnni");
    };
    CAPTURE(op);
    CHECK(std::ranges::any_of(launches, is_int16) == exact.features().has(Feature::avx512vnni));
  }
}

}  // namespace
}  // namespace impasto
