#include "ops/elementwise/adam.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

Tensor scalars_of(double lr, const AdamParams& params, int step) {
  return Tensor::from<double>(
      {3}, {lr / (1 - std::pow(params.beta1, step)), std::sqrt(1 - std::pow(params.beta2, step)),
            step == 1 ? kAdamFirstStep : kAdamLaterStep});
}

// 25 steps down sum(c x^4 - x), with torch.optim.Adam of PyTorch 1.13 in f64 (lr 0.05, betas 0.8
// and 0.95, eps 1e-6).
TEST_CASE("every adam kernel follows PyTorch") {
  const Tensor start = Tensor::from<double>({4}, {0.7, -1.3, 2.5, 0.0});
  const double c[] = {1, 10, 0.1, 3};
  const std::map<int, std::vector<double>> expected = {
      {1, {0.6500001344082408, -1.2500000005625562, 2.4500000095238077, 0.04999995000005001}},
      {2, {0.6091068583579362, -1.2003323553975371, 2.400187984113635, 0.09999667830498468}},
      {25, {0.6321127717821947, -0.46273603094404564, 1.5460136087134948, 0.4262959736148466}}};
  Context context;
  const AdamProblem problem{4, {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6}, DType::f64};
  for_kernels(context, adam_table(), problem, [&](const auto& kernel) {
    Tensor x = start.clone(), grad = Tensor::zeros({4}, DType::f64);
    Tensor m = poisoned({4}, DType::f64), v = poisoned({4}, DType::f64);
    for (int step = 1; step <= 25; ++step) {
      for (int i = 0; i < 4; ++i) {
        grad.data<double>()[i] = 4 * c[i] * std::pow(x.data<double>()[i], 3) - 1;
      }
      run_kernel(context, kernel, problem, {scalars_of(0.05, problem.params, step), grad, m, v, x});
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
      const AdamProblem p{count, {}, dtype};
      const Tensor scalars = scalars_of(1e-3, p.params, 3);
      const Tensor grad = random_tensor({count}, dtype, 1), m = random_tensor({count}, dtype, 2);
      const Tensor x = random_tensor({count}, dtype, 4);
      Tensor v = random_tensor({count}, DType::f64, 3);
      for (double& value : v.values<double>()) value *= value;
      v = v.to(dtype);
      Tensor want_m = m.clone(), want_v = v.clone(), want_x = x.clone();
      run_kernel(context, adam_table().kernels.back(), p, {scalars, grad, want_m, want_v, want_x});
      for_kernels(context, adam_table(), p, [&](const auto& kernel) {
        Tensor got_m = m.clone(), got_v = v.clone(), got_x = x.clone();
        run_kernel(context, kernel, p, {scalars, grad, got_m, got_v, got_x});
        const double epsilon = dtype == DType::f32 ? 1.2e-7 : 1e-15;
        CHECK(compare(got_m, want_m, 1e-16, epsilon).ok);
        CHECK(compare(got_v, want_v, 1e-16, epsilon).ok);
        CHECK(compare(got_x, want_x, epsilon, epsilon).ok);
      });
    }
  }
}

TEST_CASE("the first step of every adam kernel is one from zeros, to the bit") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : {1, 1003}) {
      const AdamProblem p{count, {}, dtype};
      const Tensor grad = random_tensor({count}, dtype, 1), x = random_tensor({count}, dtype, 2);
      const Tensor first = Tensor::from<double>({3}, {1.0, 0.03, kAdamFirstStep});
      const Tensor later = Tensor::from<double>({3}, {1.0, 0.03, kAdamLaterStep});
      for_kernels(context, adam_table(), p, [&](const auto& kernel) {
        Tensor want_m = Tensor::zeros({count}, dtype), want_v = want_m.clone(), want_x = x.clone();
        run_kernel(context, kernel, p, {later, grad, want_m, want_v, want_x});
        Tensor m = poisoned({count}, dtype), v = poisoned({count}, dtype), got_x = x.clone();
        run_kernel(context, kernel, p, {first, grad, m, v, got_x});
        CHECK(compare_exact(m, want_m).ok);
        CHECK(compare_exact(v, want_v).ok);
        CHECK(compare_exact(got_x, want_x).ok);
      });
    }
  }
}

TEST_CASE("without a step no adam kernel writes anything") {
  Context context;
  const std::int64_t count = 1003;
  const AdamProblem p{count, {}, DType::f32};
  const Tensor before = random_tensor({count}, DType::f32, 1);
  for_kernels(context, adam_table(), p, [&](const auto& kernel) {
    const Tensor grad = poisoned({count});
    Tensor m = before.clone(), v = before.clone(), x = before.clone();
    run_kernel(context, kernel, p,
               {Tensor::from<double>({3}, {NAN, NAN, kAdamNoStep}), grad, m, v, x});
    const Tensor unknown = Tensor::from<double>({3}, {0.1, 0.1, 3});
    const auto run = [&] { run_kernel(context, kernel, p, {unknown, before, m, v, x}); };
    if (kernel.info.backend == Backend::cpu) {
      CHECK_THROWS_WITH_AS(run(), doctest::Contains("mode 3, expected 0, 1 or 2"), Error);
    } else {
      run();
    }
    for (const Tensor& tensor : {m, v, x}) CHECK(compare_exact(tensor, before).ok);
  });
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
