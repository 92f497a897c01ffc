#include "ops/gram/gram.h"

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

// Sizes around the register tiles and the pixel slices of the kernels.
std::vector<GramProblem> problems(DType dtype) {
  std::vector<GramProblem> list;
  const std::int64_t sizes[][3] = {{1, 1, 1},    {2, 5, 3},    {1, 64, 16},   {2, 49, 33},
                                   {1, 300, 64}, {2, 1031, 7}, {1, 2500, 65}, {1, 130, 200},
                                   {1, 40, 520}, {1, 700, 48}, {1, 530, 320}};
  for (const auto& [n, m, c] : sizes) list.push_back({n, m, c, 0.125, dtype});
  return list;
}

double epsilon_of(DType dtype) {
  return dtype == DType::f32 ? 6e-8 : std::numeric_limits<double>::epsilon();
}

// G by its definition, in double.
Tensor gram_of(const GramProblem& p, const Tensor& features) {
  const Tensor f = features.to(DType::f64);
  Tensor gram = Tensor::zeros({p.n, p.c, p.c}, DType::f64);
  for (std::int64_t i = 0; i < gram.numel(); ++i) {
    const std::int64_t b = i / p.c / p.c, row = i / p.c % p.c, col = i % p.c;
    const double* pixel = f.data<double>() + b * p.m * p.c;
    double sum = 0;
    for (std::int64_t q = 0; q < p.m; ++q, pixel += p.c) sum += pixel[row] * pixel[col];
    gram.data<double>()[i] = p.scale * sum;
  }
  return gram;
}

// dF = scale F (dG + dG^T) by its definition, in double.
Tensor gradient_of(const GramProblem& p, const Tensor& features, const Tensor& grad_gram) {
  const Tensor f = features.to(DType::f64), grad = grad_gram.to(DType::f64);
  Tensor result = Tensor::zeros(features.shape(), DType::f64);
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    const double* pixel = f.data<double>() + i / p.c * p.c;
    const double* g = grad.data<double>() + i / p.c / p.m * p.c * p.c;
    const std::int64_t col = i % p.c;
    double sum = 0;
    for (std::int64_t q = 0; q < p.c; ++q) sum += pixel[q] * (g[q * p.c + col] + g[col * p.c + q]);
    result.data<double>()[i] = p.scale * sum;
  }
  return result;
}

TEST_CASE("every gram kernel is exact on integers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : problems(dtype)) {
      const Tensor features = random_integers({p.n, 1, p.m, p.c}, dtype, 1);
      const Tensor want = gram_of(p, features);
      for_kernels(context, gram_forward_table(), p, [&](const auto& kernel) {
        Tensor gram = poisoned({p.n, p.c, p.c}, dtype);
        run_kernel(context, kernel, p, {features, gram});
        CHECK(compare(gram, want, 0).ok);
      });
    }
  }
}

TEST_CASE("every gram kernel stays within its error bound and is symmetric to the bit") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : problems(dtype)) {
      const Tensor features = random_tensor({p.n, 1, p.m, p.c}, dtype, 1);
      const Tensor want = gram_of(p, features);
      for_kernels(context, gram_forward_table(), p, [&](const auto& kernel) {
        Tensor gram = poisoned({p.n, p.c, p.c}, dtype);
        run_kernel(context, kernel, p, {features, gram});
        const double length = static_cast<double>(kernel.reduction_length(p) + 1);
        const double top = max_abs(features);
        CHECK(compare(gram, want, p.scale * epsilon_of(dtype) * length * top * top).ok);
        const Tensor wide = gram.to(DType::f64);
        int asymmetric = 0;
        for (std::int64_t i = 0; i < wide.numel(); ++i) {
          const std::int64_t base = i / p.c / p.c * p.c * p.c, row = i / p.c % p.c, col = i % p.c;
          asymmetric += wide.data<double>()[i] != wide.data<double>()[base + col * p.c + row];
        }
        CHECK(asymmetric == 0);
      });
    }
  }
}

// Runs a backward kernel that writes, and one that adds to `there`; both results through `check`.
template <class Check>
void for_backward_kernels(Context& context, const GramProblem& p, const Tensor& features,
                          const Tensor& grad, const Tensor& there, Check check) {
  for_kernels(context, gram_backward_table(), p, [&](const auto& kernel) {
    Tensor result = poisoned(features.shape(), p.dtype);
    run_kernel(context, kernel, p, {features, grad, result});
    check(kernel, result, gradient_of(p, features, grad));
    Tensor sum = there.clone();
    run_kernel(context, kernel, p, {features, grad, sum, true});
    check(kernel, sum, add(context, gradient_of(p, features, grad), there.to(DType::f64)));
  });
}

TEST_CASE("every gram backward kernel is exact on integers, takes any dG, and adds when told to") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : problems(dtype)) {
      const Tensor features = random_integers({p.n, 1, p.m, p.c}, dtype, 1);
      const Tensor grad = random_integers({p.n, p.c, p.c}, dtype, 2);
      const Tensor there = random_integers(features.shape(), dtype, 3);
      for_backward_kernels(context, p, features, grad, there,
                           [](const auto&, const Tensor& got, const Tensor& want) {
                             CHECK(compare(got, want, 0).ok);
                           });
    }
  }
}

TEST_CASE("every gram backward kernel stays within its error bound, added to a sum or not") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : problems(dtype)) {
      const Tensor features = random_tensor({p.n, 1, p.m, p.c}, dtype, 1);
      const Tensor grad = random_tensor({p.n, p.c, p.c}, dtype, 2);
      const Tensor there = random_tensor(features.shape(), dtype, 3);
      for_backward_kernels(
          context, p, features, grad, there,
          [&](const auto& kernel, const Tensor& got, const Tensor& want) {
            const double length = static_cast<double>(kernel.reduction_length(p) + 3);
            const double largest = p.scale * length * max_abs(features) * 2 * max_abs(grad);
            CHECK(compare(got, want, epsilon_of(dtype) * (largest + max_abs(there))).ok);
          });
    }
  }
}

TEST_CASE("the gram gradient agrees with central differences") {
  Context context;
  const Tensor features = random_tensor({2, 3, 4, 5}, DType::f64, 1);
  const Tensor upstream = random_tensor({2, 5, 5}, DType::f64, 2);
  const Tensor gradient = gram_backward(context, features, upstream, 0.3);
  CHECK(check_gradient([&](const Tensor& f) { return gram_forward(context, f, 0.3); }, features,
                       upstream, gradient)
            .ok);
}

TEST_CASE("gram hides no NaN") {
  Context context;
  const GramProblem p{1, 2049, 20, 1, DType::f32};
  Tensor features = Tensor::zeros({1, 1, p.m, p.c});
  features.data<float>()[features.numel() - 2] = NAN;
  for_kernels(context, gram_forward_table(), p, [&](const auto& kernel) {
    Tensor gram = Tensor::zeros({1, p.c, p.c});
    run_kernel(context, kernel, p, {features, gram});
    for (std::int64_t i = 0; i < p.c; ++i) {
      CHECK(std::isnan(gram.data<float>()[18 * p.c + i]));
      CHECK(std::isnan(gram.data<float>()[i * p.c + 18]));
    }
    CHECK(gram.data<float>()[0] == 0);
  });
}

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

}  // namespace
}  // namespace impasto
