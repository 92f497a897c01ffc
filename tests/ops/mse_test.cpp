#include "ops/mse/mse.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "ops/elementwise/elementwise.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 15, 16, 17, 1000, 32768 * 3 + 19};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// The value of one kernel; the difference, when there is one, is checked against a - b.
template <class Kernel>
double run(Context& context, const Kernel& kernel, const MseProblem& p, const Tensor& a,
           const Tensor& b, bool want_difference) {
  Tensor value = poisoned({}, DType::f64), difference;
  if (want_difference) difference = poisoned(a.shape(), p.dtype);
  run_kernel(context, kernel, p, {a, b, value, difference});
  if (want_difference) {
    CHECK(compare_exact(difference, sub(context, a, b)).ok);
  }
  return value.item();
}

TEST_CASE("every mse kernel is exact on integers, with the difference and without") {
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
        for (bool want_difference : {false, true}) {
          CHECK(run(context, kernel, problem, a, b, want_difference) ==
                4 * sum / static_cast<double>(count));
        }
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
      const double want = run(context, mse_forward_table().kernels.back(), problem, a, b, false);
      for_kernels(context, mse_forward_table(), problem, [&](const auto& kernel) {
        const double length = static_cast<double>(kernel.reduction_length(problem) + 1);
        const double value = run(context, kernel, problem, a, b, true);
        CHECK(std::abs(value - want) <= kEpsilon * length * want);
        CHECK(value == run(context, kernel, problem, a, b, false));
      });
    }
  }
}

TEST_CASE("every mse backward kernel is upstream * weight * 2 / count * difference, or adds it") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor difference = random_tensor({count}, dtype, 1);
      const Tensor there = random_tensor({count}, dtype, 2);
      const Tensor upstream = Tensor::scalar(-1.5, DType::f64);
      const MseProblem problem{count, 0.25, dtype};
      const Tensor want =
          scale(context, difference.to(DType::f64), -0.75 / static_cast<double>(count));
      const Tensor want_sum = add(context, want, there.to(DType::f64));
      const double rounding = dtype == DType::f32 ? 1.2e-7 : 4 * kEpsilon;
      for_kernels(context, mse_backward_table(), problem, [&](const auto& kernel) {
        Tensor grad = poisoned({count}, dtype), sum = there.clone();
        run_kernel(context, kernel, problem, {difference, upstream, grad});
        CHECK(compare(grad, want, 0, rounding).ok);
        run_kernel(context, kernel, problem, {difference, upstream, sum, true});
        CHECK(compare(sum, want_sum, rounding * max_abs(there)).ok);
      });
    }
  }
}

TEST_CASE("the mse gradient agrees with central differences") {
  Context context;
  const Tensor a = random_tensor({2, 3, 5}, DType::f64, 1);
  const Tensor b = random_tensor({2, 3, 5}, DType::f64, 2);
  const Tensor upstream = Tensor::scalar(-0.8, DType::f64);
  const Tensor difference = mse_forward(context, a, b, 3.0, true).difference;
  const auto value = [&](const Tensor& x, const Tensor& y) {
    return mse_forward(context, x, y, 3.0, false).value;
  };
  CHECK(check_gradient([&](const Tensor& x) { return value(x, b); }, a, upstream,
                       mse_backward(context, difference, 3.0, upstream))
            .ok);
  CHECK(check_gradient([&](const Tensor& y) { return value(a, y); }, b, upstream,
                       mse_backward(context, difference, -3.0, upstream))
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
      Tensor value = Tensor::scalar(0, DType::f64), difference = Tensor::zeros({40000});
      run_kernel(context, kernel, problem, {a, b, value, difference});
      CHECK_FALSE(std::isfinite(value.item()));
      CHECK_FALSE(std::isfinite(difference.data<float>()[39999]));
    });
  }
}

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
