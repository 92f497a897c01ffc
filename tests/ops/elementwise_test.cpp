#include "ops/elementwise/elementwise.h"

#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 15, 16, 17, 1000, 16384 * 2 + 19};
constexpr float kInfinity = INFINITY;

struct Case {
  ElementwiseKind kind;
  double alpha, beta;
  bool binary;
  double (*value)(double a, double b);
};
const Case kCases[] = {
    {ElementwiseKind::linear, 1, 1, true, [](double a, double b) { return a + b; }},
    {ElementwiseKind::linear, 1, -1, true, [](double a, double b) { return a - b; }},
    {ElementwiseKind::linear, 0.5, -3, true, [](double a, double b) { return 0.5 * a - 3 * b; }},
    {ElementwiseKind::linear, -2, 0, false, [](double a, double) { return -2 * a; }},
    {ElementwiseKind::mul, 2, 1, true, [](double a, double b) { return 2 * a * b; }},
    {ElementwiseKind::clamp, -1, 0.75, false,
     [](double a, double) { return std::min(std::max(a, -1.0), 0.75); }},
};

Tensor expected(const Case& c, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  Tensor want = Tensor::empty(a.shape(), DType::f64);
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    want.data<double>()[i] = c.value(x.data<double>()[i], y.data<double>()[i]);
  }
  return want;
}

TEST_CASE("every elementwise kernel equals its formula, rounded once") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const Case& c : kCases) {
      for (std::int64_t count : kCounts) {
        const Tensor a = random_tensor({count}, dtype, 1), b = random_tensor({count}, dtype, 2);
        const ElementwiseProblem p{c.kind, count, c.alpha, c.beta, c.binary, dtype};
        const Tensor want = expected(c, a, b).to(dtype);
        for_kernels(context, elementwise_table(), p, [&](const auto& kernel) {
          Tensor dst = poisoned({count}, dtype);
          run_kernel(context, kernel, p, {a, c.binary ? b : Tensor(), dst});
          CHECK(compare_exact(dst, want).ok);
        });
      }
    }
  }
}

TEST_CASE("every elementwise kernel may write over either operand") {
  Context context;
  const std::int64_t count = 16384 + 77;
  const Tensor a = random_tensor({count}, DType::f32, 1), b = random_tensor({count}, DType::f32, 2);
  for (const Case& c : kCases) {
    const ElementwiseProblem p{c.kind, count, c.alpha, c.beta, c.binary, DType::f32};
    const Tensor want = expected(c, a, b).to(DType::f32);
    for_kernels(context, elementwise_table(), p, [&](const auto& kernel) {
      Tensor over_a = a.clone(), over_b = b.clone();
      run_kernel(context, kernel, p, {over_a, c.binary ? b : Tensor(), over_a});
      CHECK(compare_exact(over_a, want).ok);
      if (!c.binary) return;
      run_kernel(context, kernel, p, {a, over_b, over_b});
      CHECK(compare_exact(over_b, want).ok);
    });
  }
}

TEST_CASE("clamp lets NaN through and stops infinities") {
  Context context;
  const Tensor a = Tensor::from<float>({4}, {NAN, kInfinity, -kInfinity, 0.5f});
  const ElementwiseProblem p{ElementwiseKind::clamp, 4, 0, 1, false, DType::f32};
  for_kernels(context, elementwise_table(), p, [&](const auto& kernel) {
    Tensor dst = Tensor::zeros({4});
    run_kernel(context, kernel, p, {a, {}, dst});
    CHECK(std::isnan(dst.data<float>()[0]));
    CHECK(dst.data<float>()[1] == 1);
    CHECK(dst.data<float>()[2] == 0);
    CHECK(dst.data<float>()[3] == 0.5f);
  });
}

TEST_CASE("the elementwise entries do what their names say") {
  Context context;
  const auto tensor = [](std::vector<double> values) { return Tensor::from<double>({2}, values); };
  const Tensor a = tensor({5, -7}), b = tensor({2, 4});
  const auto equal = [&](const Tensor& got, std::vector<double> want) {
    return compare_exact(got, tensor(std::move(want))).ok;
  };
  CHECK(equal(add(context, a, b), {7, -3}));
  CHECK(equal(sub(context, a, b), {3, -11}));
  CHECK(equal(mul(context, a, b), {10, -28}));
  CHECK(equal(scale(context, a, 3), {15, -21}));
  CHECK(equal(clamp(context, a, -1, 1), {1, -1}));
  CHECK(equal(linear(context, 2, a, 3, b), {16, -2}));
  Tensor y = b.clone();
  axpby(context, 2, a, 3, y);
  CHECK(equal(y, {16, -2}));
}

TEST_CASE("elementwise ops refuse operands that do not fit") {
  Context context;
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({3});
  Tensor y = Tensor::zeros({2, 3}, DType::f64);
  CHECK_THROWS_WITH_AS(add(context, a, b),
                       doctest::Contains("add: operands [2, 3] f32 and [3] f32"), Error);
  CHECK_THROWS_AS(sub(context, a, Tensor()), Error);
  CHECK_THROWS_AS(mul(context, a, y), Error);
  CHECK_THROWS_AS(axpby(context, 1, a, 1, y), Error);
  CHECK_THROWS_WITH_AS(clamp(context, a, 1, 0), doctest::Contains("[1, 0] is empty"), Error);
  CHECK_THROWS_AS(clamp(context, a, NAN, 0), Error);
  CHECK_THROWS_WITH_AS(scale(context, Tensor::zeros({2}, DType::u8), 2),
                       doctest::Contains("no kernel serves elementwise(2 x 1 u8, linear)"), Error);
}

}  // namespace
}  // namespace impasto
