// elementwise arithmetic: equal to its formula, rounded once.
#include "ops/elementwise/elementwise.h"

#include <algorithm>
#include <cmath>

#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 15, 16, 17, 1000, 16384 * 2 + 19};

struct Formula {
  ElementwiseKind kind;
  double alpha, beta;
  bool binary;
  double (*value)(double a, double b);
};
const Formula kFormulas[] = {
    {ElementwiseKind::linear, 1, 1, true, [](double a, double b) { return a + b; }},
    {ElementwiseKind::linear, 1, -1, true, [](double a, double b) { return a - b; }},
    {ElementwiseKind::linear, 0.5, -3, true, [](double a, double b) { return 0.5 * a - 3 * b; }},
    {ElementwiseKind::linear, -2, 0, false, [](double a, double) { return -2 * a; }},
    {ElementwiseKind::mul, 2, 1, true, [](double a, double b) { return 2 * a * b; }},
    {ElementwiseKind::clamp, -1, 0.75, false,
     [](double a, double) { return std::min(std::max(a, -1.0), 0.75); }},
};

Tensor expected(const Formula& f, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  Tensor want = Tensor::empty(a.shape(), DType::f64);
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    want.data<double>()[i] = f.value(x.data<double>()[i], y.data<double>()[i]);
  }
  return want.to(a.dtype());
}

ElementwiseProblem problem(const Formula& f, std::int64_t count, DType dtype) {
  return {f.kind, count, f.alpha, f.beta, f.binary, dtype};
}

void formulas(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const Formula& f : kFormulas) {
      for (std::int64_t count : kCounts) {
        const Tensor a = s.normal({count}, dtype, 1), b = s.normal({count}, dtype, 2);
        const Tensor want = expected(f, a, b);
        s.for_kernels(elementwise_table(), problem(f, count, dtype), [&](auto& kernel) {
          Tensor dst = poisoned({count}, dtype);
          kernel.run({a, f.binary ? b : Tensor(), dst});
          kernel.check("equals its formula", compare_exact(dst, want));
        });
      }
    }
  }
}

void in_place(Session& s) {
  const std::int64_t count = 16384 + 77;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  for (const Formula& f : kFormulas) {
    const Tensor want = expected(f, a, b);
    s.for_kernels(elementwise_table(), problem(f, count, DType::f32), [&](auto& kernel) {
      Tensor over_a = a.clone(), over_b = b.clone();
      kernel.run({over_a, f.binary ? b : Tensor(), over_a});
      kernel.check("may write over its first operand", compare_exact(over_a, want));
      if (!f.binary) return;
      kernel.run({a, over_b, over_b});
      kernel.check("may write over its second operand", compare_exact(over_b, want));
    });
  }
}

void clamp_limits(Session& s) {
  const Tensor a = Tensor::from<float>({4}, std::vector<float>{NAN, INFINITY, -INFINITY, 0.5f});
  const ElementwiseProblem p{ElementwiseKind::clamp, 4, 0, 1, false, DType::f32};
  s.for_kernels(elementwise_table(), p, [&](auto& kernel) {
    Tensor dst = Tensor::zeros({4});
    kernel.run({a, Tensor(), dst});
    const float* d = dst.data<float>();
    kernel.check("clamp lets NaN through and stops infinities",
                 std::isnan(d[0]) && d[1] == 1 && d[2] == 0 && d[3] == 0.5f);
  });
}

void threads(Session& s) {
  const std::int64_t count = 2 * 97 * 103 * 13;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  const ElementwiseProblem p{ElementwiseKind::linear, count, 0.3, -0.7, true, DType::f32};
  s.for_kernels(elementwise_table(), p, [&](auto& kernel) {
    Tensor dst = poisoned({count});
    kernel.check_same_bits({a, b, dst});
  });
}

constexpr Case kCases[] = {
    {"elementwise.map", "equals its formula, rounded once", formulas},
    {"elementwise.map", "may write over either operand", in_place},
    {"elementwise.map", "clamp lets NaN through and stops infinities", clamp_limits},
    {"elementwise.map", "same bits", threads, Kind::threads},
};

}  // namespace

Cases elementwise_cases() {
  return kCases;
}

}  // namespace impasto::verify
