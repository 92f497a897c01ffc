#include "ops/elementwise/adam.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

// 25 steps down sum(c x^4 - x), with torch.optim.Adam of PyTorch 1.13 in f64 (lr 0.05, betas 0.8
// and 0.95, eps 1e-6).
TEST_CASE("every adam kernel follows PyTorch") {
  const Tensor start = Tensor::from<double>({4}, {0.7, -1.3, 2.5, 0.0});
  const double c[] = {1, 10, 0.1, 3};
  const std::map<std::int64_t, std::vector<double>> expected = {
      {1, {0.6500001344082408, -1.2500000005625562, 2.4500000095238077, 0.04999995000005001}},
      {2, {0.6091068583579362, -1.2003323553975371, 2.400187984113635, 0.09999667830498468}},
      {25, {0.6321127717821947, -0.46273603094404564, 1.5460136087134948, 0.4262959736148466}}};
  Context context;
  for_kernels(context, adam_table(), {4, {}, DType::f64}, [&](const auto& kernel) {
    Tensor x = start.clone(), grad = Tensor::zeros({4}, DType::f64);
    Tensor m = Tensor::zeros({4}, DType::f64), v = Tensor::zeros({4}, DType::f64);
    for (std::int64_t step = 1; step <= 25; ++step) {
      for (int i = 0; i < 4; ++i) {
        grad.data<double>()[i] = 4 * c[i] * std::pow(x.data<double>()[i], 3) - 1;
      }
      const AdamStep params{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6, .step = step};
      run_kernel(context, kernel, {4, params, DType::f64}, {grad, m, v, x});
      const auto want = expected.find(step);
      if (want != expected.end()) {
        CHECK(compare(x, Tensor::from<double>({4}, want->second), 0, 1e-13).ok);
      }
    }
  });
}

TEST_CASE("every adam kernel agrees with the reference") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : {1, 7, 64, 16384 * 2 + 5}) {
      const AdamProblem p{count, {.step = 3}, dtype};
      const Tensor grad = random_tensor({count}, dtype, 1), m = random_tensor({count}, dtype, 2);
      const Tensor x = random_tensor({count}, dtype, 4);
      Tensor v = random_tensor({count}, DType::f64, 3);
      for (double& value : v.values<double>()) value *= value;
      v = v.to(dtype);
      Tensor want_m = m.clone(), want_v = v.clone(), want_x = x.clone();
      run_kernel(context, adam_table().kernels.back(), p, {grad, want_m, want_v, want_x});
      for_kernels(context, adam_table(), p, [&](const auto& kernel) {
        Tensor got_m = m.clone(), got_v = v.clone(), got_x = x.clone();
        run_kernel(context, kernel, p, {grad, got_m, got_v, got_x});
        const double epsilon = dtype == DType::f32 ? 1.2e-7 : 1e-15;
        CHECK(compare(got_m, want_m, 1e-16, epsilon).ok);
        CHECK(compare(got_v, want_v, 1e-16, epsilon).ok);
        CHECK(compare(got_x, want_x, epsilon, epsilon).ok);
      });
    }
  }
}

TEST_CASE("adam refuses operands that do not fit") {
  Context context;
  const Tensor grad = Tensor::zeros({3});
  Tensor m = Tensor::zeros({3}), v = Tensor::zeros({3}), x = Tensor::zeros({3});
  Tensor wide = Tensor::zeros({3}, DType::f64), longer = Tensor::zeros({4});
  CHECK_NOTHROW(adam_step(context, grad, m, v, x, {}));
  CHECK_THROWS_WITH_AS(adam_step(context, grad, m, wide, x, {}),
                       doctest::Contains("v is [3] f64, expected [3] f32"), Error);
  CHECK_THROWS_AS(adam_step(context, grad, m, v, longer, {}), Error);
  CHECK_THROWS_WITH_AS(adam_step(context, grad, m, v, x, {.step = 0}),
                       doctest::Contains("step 0, expected 1 or later"), Error);
}

}  // namespace
}  // namespace impasto
