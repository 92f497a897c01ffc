// gemm: all four layouts, sizes around the register tiles and cache blocks of the kernels, against
// the definition in double.
#include "tools/verify/gemm.h"

#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

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

Tensor operand_a(const Session& s, Fill fill, const GemmProblem& p) {
  return s.make(fill, p.params.transpose_a ? Shape{p.k, p.m} : Shape{p.m, p.k}, p.dtype, 1);
}

Tensor operand_b(const Session& s, Fill fill, const GemmProblem& p) {
  return s.make(fill, p.params.transpose_b ? Shape{p.n, p.k} : Shape{p.k, p.n}, p.dtype, 2);
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

}  // namespace

void gemm_exact(Session& s, const GemmTable& table) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GemmProblem& p : problems(dtype)) {
      const Tensor a = operand_a(s, Fill::integers, p), b = operand_b(s, Fill::integers, p);
      const Tensor want = product(p, a, b);
      s.for_kernels(table, p, [&](auto& kernel) {
        Tensor c = poisoned({p.m, p.n}, dtype);
        kernel.run({a, b, c});
        kernel.check("exact on integers", compare(c, want, 0));
      });
    }
  }
}

void gemm_near(Session& s, const GemmTable& table) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const double epsilon = dtype == DType::f32 ? 6e-8 : std::numeric_limits<double>::epsilon();
    for (const GemmProblem& p : problems(dtype)) {
      const Tensor a = operand_a(s, Fill::normal, p), b = operand_b(s, Fill::normal, p);
      const Tensor want = product(p, a, b);
      s.for_kernels(table, p, [&](auto& kernel) {
        Tensor c = poisoned({p.m, p.n}, dtype);
        kernel.run({a, b, c});
        kernel.check("near its definition",
                     compare(c, want, epsilon * kernel.length() * max_abs(a) * max_abs(b)));
      });
    }
  }
}

void gemm_threads(Session& s, const GemmTable& table) {
  const GemmProblem p{331, 67, 700, {}, DType::f32};
  const Tensor a = operand_a(s, Fill::normal, p), b = operand_b(s, Fill::normal, p);
  s.for_kernels(table, p, [&](auto& kernel) {
    Tensor c = poisoned({p.m, p.n});
    kernel.check_same_bits({a, b, c});
  });
}

namespace {

// <A B, C> = <A, C B^T> = <B, A^T C>: what the gradient rules of a product rest on.
void adjoint(Session& s) {
  const Tensor a = s.integers({37, 53}, DType::f32, 1), b = s.integers({53, 29}, DType::f32, 2);
  const Tensor c = s.integers({37, 29}, DType::f32, 3);
  const double want = inner(gemm(s.context(), a, b), c);
  const auto check = [&](const GemmProblem& p, const Tensor& x, const Tensor& y, const Tensor& z) {
    s.for_kernels(gemm_table(), p, [&](auto& kernel) {
      Tensor result = poisoned({p.m, p.n});
      kernel.run({x, y, result});
      kernel.check("adjoint to its other layouts", near(inner(result, z), want, 0));
    });
  };
  check({37, 29, 53, {}, DType::f32}, a, b, c);
  check({37, 53, 29, {.transpose_b = true}, DType::f32}, c, b, a);
  check({53, 29, 37, {.transpose_a = true}, DType::f32}, a, c, b);
}

void empty(Session& s) {
  const Tensor a = Tensor::empty({2, 0}), b = Tensor::empty({0, 3});
  s.for_kernels(gemm_table(), {2, 3, 0, {}, DType::f32}, [&](auto& kernel) {
    Tensor c = poisoned({2, 3});
    kernel.run({a, b, c});
    kernel.check("zero over an empty inner extent", compare_exact(c, Tensor::zeros({2, 3})));
  });
}

constexpr Case kCases[] = {
    {"gemm.fwd", "exact on integers", [](Session& s) { gemm_exact(s, gemm_table()); }},
    {"gemm.fwd", "near its definition", [](Session& s) { gemm_near(s, gemm_table()); }},
    {"gemm.fwd", "adjoint to its other layouts", adjoint},
    {"gemm.fwd", "zero over an empty inner extent", empty},
    {"gemm.fwd", "same bits", [](Session& s) { gemm_threads(s, gemm_table()); }, Kind::threads},
};

}  // namespace

Cases gemm_cases() {
  return kCases;
}

}  // namespace impasto::verify
