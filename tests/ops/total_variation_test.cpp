#include "ops/total_variation/total_variation.h"

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

constexpr VariationKind kKinds[] = {VariationKind::squared, VariationKind::absolute};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

std::vector<TotalVariationProblem> problems(DType dtype) {
  std::vector<TotalVariationProblem> list;
  for (VariationKind kind : kKinds) {
    for (Shape s : {Shape{1, 1, 1, 1}, Shape{1, 1, 5, 3}, Shape{1, 5, 1, 3}, Shape{2, 3, 4, 3},
                    Shape{1, 61, 67, 3}, Shape{2, 33, 129, 5}}) {
      list.push_back({s[0], s[1], s[2], s[3], kind, 0.5, dtype});
    }
  }
  return list;
}

Shape shape_of(const TotalVariationProblem& p) {
  return {p.n, p.h, p.w, p.c};
}

TEST_CASE("total variation of pictures worked out by hand") {
  Context context;
  const Tensor x = Tensor::from<float>({1, 2, 2, 1}, {1, 3, 0, 7});  // pairs: 2, 7, -1, 4
  CHECK(total_variation_forward(context, x, VariationKind::squared, 4).item() == 4 + 49 + 1 + 16);
  CHECK(total_variation_forward(context, x, VariationKind::absolute, 4).item() == 2 + 7 + 1 + 4);
  const Tensor one = Tensor::scalar(1, DType::f64);
  const Tensor squared = total_variation_backward(context, x, VariationKind::squared, 4, one);
  CHECK(compare_exact(squared, Tensor::from<float>({1, 2, 2, 1}, {-2, -4, -16, 22})).ok);
  const Tensor absolute = total_variation_backward(context, x, VariationKind::absolute, 4, one);
  CHECK(compare_exact(absolute, Tensor::from<float>({1, 2, 2, 1}, {0, 0, -2, 2})).ok);
}

TEST_CASE("the absolute variation of a flat picture has gradient 0") {
  Context context;
  const Tensor grad =
      total_variation_backward(context, Tensor::full({1, 5, 7, 3}, 9), VariationKind::absolute, 1,
                               Tensor::scalar(1, DType::f64));
  CHECK(compare_exact(grad, Tensor::zeros({1, 5, 7, 3})).ok);
}

TEST_CASE("every total variation kernel agrees with the reference") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const TotalVariationProblem& p : problems(dtype)) {
      for (const Tensor& x :
           {random_integers(shape_of(p), dtype, 1), random_tensor(shape_of(p), dtype, 1)}) {
        Tensor want = poisoned({}, DType::f64);
        run_kernel(context, total_variation_forward_table().kernels.back(), p, {x, want});
        for_kernels(context, total_variation_forward_table(), p, [&](const auto& kernel) {
          Tensor value = poisoned({}, DType::f64);
          run_kernel(context, kernel, p, {x, value});
          const double length = static_cast<double>(kernel.reduction_length(p) + 1);
          CHECK(compare(value, want, 0, kEpsilon * length).ok);
        });
      }
    }
  }
}

TEST_CASE("every total variation backward kernel agrees with the reference") {
  Context context;
  const Tensor upstream = Tensor::scalar(-1.3, DType::f64);
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const TotalVariationProblem& p : problems(dtype)) {
      for (const Tensor& x :
           {random_integers(shape_of(p), dtype, 1), random_tensor(shape_of(p), dtype, 1)}) {
        Tensor want = poisoned(shape_of(p), dtype);
        run_kernel(context, total_variation_backward_table().kernels.back(), p,
                   {x, upstream, want});
        for_kernels(context, total_variation_backward_table(), p, [&](const auto& kernel) {
          Tensor grad = poisoned(shape_of(p), dtype);
          run_kernel(context, kernel, p, {x, upstream, grad});
          const double epsilon = dtype == DType::f32 ? 6e-8 : kEpsilon;
          const double length = static_cast<double>(kernel.reduction_length(p) + 1);
          CHECK(compare(grad, want, epsilon * length * max_abs(want)).ok);
        });
      }
    }
  }
}

TEST_CASE("total variation gradients agree with central differences") {
  Context context;
  const Tensor x = random_tensor({2, 3, 4, 3}, DType::f64, 1);
  const Tensor upstream = Tensor::scalar(0.6, DType::f64);
  for (VariationKind kind : kKinds) {
    const Tensor gradient = total_variation_backward(context, x, kind, 2.0, upstream);
    // No two neighbours of this seed are within a step of each other, where |d| has its kink.
    CHECK(check_gradient(
              [&](const Tensor& t) { return total_variation_forward(context, t, kind, 2.0); }, x,
              upstream, gradient)
              .ok);
  }
}

TEST_CASE("total variation hides no NaN") {
  Context context;
  const Tensor upstream = Tensor::scalar(1, DType::f64);
  for (VariationKind kind : kKinds) {
    const TotalVariationProblem p{1, 40, 50, 3, kind, 1, DType::f32};
    Tensor x = Tensor::zeros(shape_of(p));
    x.data<float>()[x.numel() - 1] = NAN;
    for_kernels(context, total_variation_forward_table(), p, [&](const auto& kernel) {
      Tensor value = Tensor::scalar(0, DType::f64);
      run_kernel(context, kernel, p, {x, value});
      CHECK(std::isnan(value.item()));
    });
    for_kernels(context, total_variation_backward_table(), p, [&](const auto& kernel) {
      Tensor grad = Tensor::zeros(shape_of(p));
      run_kernel(context, kernel, p, {x, upstream, grad});
      CHECK(std::isnan(grad.data<float>()[x.numel() - 1]));
      CHECK(std::isnan(grad.data<float>()[x.numel() - 4]));
    });
  }
}

TEST_CASE("total variation refuses what is no picture") {
  Context context;
  const Tensor x = Tensor::zeros({1, 2, 2, 1});
  CHECK_THROWS_WITH_AS(
      total_variation_forward(context, Tensor::zeros({2, 3}), VariationKind::squared, 1),
      doctest::Contains("expected [n, h, w, c]"), Error);
  CHECK_THROWS_AS(
      total_variation_forward(context, Tensor::zeros({1, 0, 3, 3}), VariationKind::squared, 1),
      Error);
  CHECK_THROWS_WITH_AS(
      total_variation_backward(context, x, VariationKind::squared, 1, Tensor::scalar(1)),
      doctest::Contains("expected an f64 scalar"), Error);
}

}  // namespace
}  // namespace impasto
