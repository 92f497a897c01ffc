#include "ops/elementwise/adam.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

Tensor scalars_of(double lr, const AdamParams& params, int step) {
  return Tensor::from<double>(
      {3}, {lr / (1 - std::pow(params.beta1, step)), std::sqrt(1 - std::pow(params.beta2, step)),
            step == 1 ? kAdamFirstStep : kAdamLaterStep});
}

TEST_CASE("adam steps on a device by numbers that the host cannot read") {
  Context context, away({.device = test_device({DeviceType::simt})});
  const Tensor grad = random_tensor({77}, DType::f32, 1),
               start = random_tensor({77}, DType::f32, 2);
  const auto steps = [&](Context& where) {
    const auto there = [&](const Tensor& tensor) { return tensor.to(where.device()); };
    Tensor m = there(poisoned({77})), v = there(poisoned({77})), x = there(start.clone());
    for (int step = 1; step <= 3; ++step) {
      adam_step(where, {}, {there(scalars_of(0.1, {}, step)), there(grad), m, v, x});
    }
    return x.to(Device{});
  };
  CHECK(compare(steps(away), steps(context), 1e-6).ok);
}

TEST_CASE("adam refuses operands that do not fit") {
  Context context;
  const Tensor grad = Tensor::zeros({3}), scalars = scalars_of(0.1, {}, 1);
  Tensor m = Tensor::zeros({3}), v = Tensor::zeros({3}), x = Tensor::zeros({3});
  Tensor wide = Tensor::zeros({3}, DType::f64), longer = Tensor::zeros({4});
  CHECK_NOTHROW(adam_step(context, {}, {scalars, grad, m, v, x}));
  CHECK_THROWS_WITH_AS(adam_step(context, {}, {scalars, grad, m, wide, x}),
                       doctest::Contains("v is [3] f64, expected [3] f32"), Error);
  CHECK_THROWS_AS(adam_step(context, {}, {scalars, grad, m, v, longer}), Error);
  CHECK_THROWS_WITH_AS(adam_step(context, {}, {grad, grad, m, v, x}),
                       doctest::Contains("scalars are [3] f32, expected [3] f64"), Error);
  CHECK_THROWS_AS(adam_step(context, {}, {Tensor(), grad, m, v, x}), Error);
}

}  // namespace
}  // namespace impasto
