#include "ops/mse/mse.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 15, 16, 17, 1000, 32768 * 3 + 19};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

TEST_CASE("every mse kernel is exact on integers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor a = random_integers({count}, dtype, 1), b = random_integers({count}, dtype, 2);
      double sum = 0;
      const Tensor wide_a = a.to(DType::f64), wide_b = b.to(DType::f64);
      for (std::int64_t i = 0; i < count; ++i) {
        sum += std::pow(wide_a.data<double>()[i] - wide_b.data<double>()[i], 2);
      }
      const MseProblem problem{count, 4, dtype};
      for_kernels(context, mse_forward_table(), problem, [&](const auto& kernel) {
        Tensor value = poisoned({}, DType::f64);
        run_kernel(context, kernel, problem, {a, b, value});
        CHECK(value.item() == 4 * sum / static_cast<double>(count));
      });
    }
  }
}

TEST_CASE("every mse kernel agrees with the reference on random numbers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor a = random_tensor({count}, dtype, 1), b = random_tensor({count}, dtype, 2);
      const MseProblem problem{count, 0.7, dtype};
      Tensor want = poisoned({}, DType::f64);
      run_kernel(context, mse_forward_table().kernels.back(), problem, {a, b, want});
      for_kernels(context, mse_forward_table(), problem, [&](const auto& kernel) {
        Tensor value = poisoned({}, DType::f64);
        run_kernel(context, kernel, problem, {a, b, value});
        const double length = static_cast<double>(kernel.reduction_length(problem) + 1);
        CHECK(compare(value, want, 0, kEpsilon * length).ok);
      });
    }
  }
}

TEST_CASE("every mse backward kernel is upstream * weight * 2 / count * (a - b)") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor a = random_tensor({count}, dtype, 1), b = random_tensor({count}, dtype, 2);
      const Tensor upstream = Tensor::scalar(-1.5, DType::f64);
      const MseProblem problem{count, 0.25, dtype};
      Tensor want = Tensor::zeros({count}, DType::f64);
      const Tensor wide_a = a.to(DType::f64), wide_b = b.to(DType::f64);
      for (std::int64_t i = 0; i < count; ++i) {
        want.data<double>()[i] = -0.75 / static_cast<double>(count) *
                                 (wide_a.data<double>()[i] - wide_b.data<double>()[i]);
      }
      for_kernels(context, mse_backward_table(), problem, [&](const auto& kernel) {
        Tensor grad = poisoned({count}, dtype);
        run_kernel(context, kernel, problem, {a, b, upstream, grad});
        CHECK(compare(grad, want, 0, dtype == DType::f32 ? 1.2e-7 : 4 * kEpsilon).ok);
      });
    }
  }
}

TEST_CASE("the mse gradient agrees with central differences") {
  Context context;
  const Tensor a = random_tensor({2, 3, 5}, DType::f64, 1);
  const Tensor b = random_tensor({2, 3, 5}, DType::f64, 2);
  const Tensor upstream = Tensor::scalar(-0.8, DType::f64);
  const Tensor gradient = mse_backward(context, a, b, 3.0, upstream);
  CHECK(check_gradient([&](const Tensor& x) { return mse_forward(context, x, b, 3.0); }, a,
                       upstream, gradient)
            .ok);
}

TEST_CASE("mse hides no NaN and no infinity") {
  Context context;
  for (float bad : {NAN, INFINITY}) {
    Tensor a = Tensor::zeros({40000});
    a.data<float>()[39999] = bad;
    const Tensor b = Tensor::zeros({40000});
    const MseProblem problem{40000, 1, DType::f32};
    for_kernels(context, mse_forward_table(), problem, [&](const auto& kernel) {
      Tensor value = Tensor::scalar(0, DType::f64);
      run_kernel(context, kernel, problem, {a, b, value});
      CHECK_FALSE(std::isfinite(value.item()));
    });
  }
}

TEST_CASE("mse refuses operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH_AS(mse_forward(context, a, Tensor::zeros({3, 2}), 1),
                       doctest::Contains("[2, 3] f32 and [3, 2] f32"), Error);
  CHECK_THROWS_AS(mse_forward(context, a, Tensor::zeros({2, 3}, DType::f64), 1), Error);
  CHECK_THROWS_AS(mse_forward(context, Tensor::zeros({0}), Tensor::zeros({0}), 1), Error);
  CHECK_THROWS_WITH_AS(mse_backward(context, a, a, 1, Tensor::scalar(1)),
                       doctest::Contains("expected an f64 scalar"), Error);
}

}  // namespace
}  // namespace impasto
