#include "ops/gemm/gemm.h"

#include <limits>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

// All four layouts over sizes around the register tile and cache block edges of the kernels.
std::vector<GemmProblem> problems(DType dtype) {
  std::vector<GemmProblem> list;
  const std::int64_t sizes[][3] = {{1, 1, 1},   {1, 17, 5},   {3, 2, 31},    {6, 16, 8},
                                   {7, 33, 9},  {8, 32, 256}, {13, 64, 257}, {29, 31, 65},
                                   {64, 1, 64}, {97, 49, 71}, {130, 70, 300}};
  for (const auto& [m, n, k] : sizes) {
    for (int layout = 0; layout < 4; ++layout) {
      list.push_back({m, n, k, {(layout & 1) != 0, (layout & 2) != 0, 0.5}, dtype});
    }
  }
  return list;
}

Tensor operand_a(const GemmProblem& p, Tensor (*make)(const Shape&, DType, std::uint64_t)) {
  return make(p.params.transpose_a ? Shape{p.k, p.m} : Shape{p.m, p.k}, p.dtype, 1);
}

Tensor operand_b(const GemmProblem& p, Tensor (*make)(const Shape&, DType, std::uint64_t)) {
  return make(p.params.transpose_b ? Shape{p.n, p.k} : Shape{p.k, p.n}, p.dtype, 2);
}

Tensor product(const GemmProblem& p, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  Tensor c = Tensor::zeros({p.m, p.n}, DType::f64);
  for (std::int64_t i = 0; i < p.m; ++i) {
    for (std::int64_t j = 0; j < p.n; ++j) {
      double sum = 0;
      for (std::int64_t q = 0; q < p.k; ++q) {
        sum += x.data<double>()[p.params.transpose_a ? q * p.m + i : i * p.k + q] *
               y.data<double>()[p.params.transpose_b ? j * p.k + q : q * p.n + j];
      }
      c.data<double>()[i * p.n + j] = p.params.alpha * sum;
    }
  }
  return c;
}

TEST_CASE("every gemm kernel is exact on integers in every layout") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GemmProblem& p : problems(dtype)) {
      const Tensor a = operand_a(p, random_integers), b = operand_b(p, random_integers);
      const Tensor want = product(p, a, b);
      for_kernels(context, gemm_table(), p, [&](const auto& kernel) {
        Tensor c = poisoned({p.m, p.n}, dtype);
        run_kernel(context, kernel, p, {a, b, c});
        CHECK(compare(c, want, 0).ok);
      });
    }
  }
}

TEST_CASE("every gemm kernel stays within its error bound on random numbers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    const double epsilon = dtype == DType::f32 ? 6e-8 : std::numeric_limits<double>::epsilon();
    for (const GemmProblem& p : problems(dtype)) {
      const Tensor a = operand_a(p, random_tensor), b = operand_b(p, random_tensor);
      const Tensor want = product(p, a, b);
      for_kernels(context, gemm_table(), p, [&](const auto& kernel) {
        Tensor c = poisoned({p.m, p.n}, dtype);
        run_kernel(context, kernel, p, {a, b, c});
        const double length = static_cast<double>(kernel.reduction_length(p) + 1);
        CHECK(compare(c, want, epsilon * length * max_abs(a) * max_abs(b)).ok);
      });
    }
  }
}

// <A B, C> = <A, C B^T> = <B, A^T C>: what the gradient rules of a product rest on.
TEST_CASE("the layouts of gemm are each other's adjoints") {
  Context context;
  const Tensor a = random_integers({37, 53}, DType::f32, 1);
  const Tensor b = random_integers({53, 29}, DType::f32, 2);
  const Tensor c = random_integers({37, 29}, DType::f32, 3);
  const double want = inner(gemm(context, a, b), c);
  CHECK(inner(a, gemm(context, c, b, {.transpose_b = true})) == want);
  CHECK(inner(b, gemm(context, a, c, {.transpose_a = true})) == want);
}

TEST_CASE("a product over an empty inner extent is zero") {
  Context context;
  const GemmProblem p{2, 3, 0, {}, DType::f32};
  const Tensor a = Tensor::empty({2, 0}), b = Tensor::empty({0, 3});
  for_kernels(context, gemm_table(), p, [&](const auto& kernel) {
    Tensor c = poisoned({2, 3}, DType::f32);
    run_kernel(context, kernel, p, {a, b, c});
    CHECK(compare_exact(c, Tensor::zeros({2, 3})).ok);
  });
}

TEST_CASE("gemm refuses operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({2, 4});
  CHECK_THROWS_WITH_AS(gemm(context, a, b), doctest::Contains("inner extents 3 and 2"), Error);
  CHECK_NOTHROW(gemm(context, a, b, {.transpose_a = true}));
  CHECK_THROWS_AS(gemm(context, a, b, {.transpose_b = true}), Error);
  CHECK_THROWS_AS(gemm(context, a, Tensor::zeros({3})), Error);
  CHECK_THROWS_AS(gemm(context, a, Tensor::zeros({3, 4}, DType::f64)), Error);
}

}  // namespace
}  // namespace impasto
