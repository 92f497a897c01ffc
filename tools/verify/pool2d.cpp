// pool2d: equal to the reference, maxima, codes and gradients to the bit.
#include "ops/pool2d/pool2d.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tensor/bits.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

// Odd extents, windows in one row or column, channels that leave codes straddling words and tiles
// (2048 outputs), and enough tiles for several tasks.
const Pool2dProblem kProblems[] = {
    {1, 2, 2, 1},  {1, 3, 3, 1},   {2, 5, 4, 3},   {1, 2, 9, 16},   {2, 7, 2, 33},
    {1, 8, 8, 64}, {1, 6, 10, 32}, {2, 34, 35, 3}, {3, 37, 41, 33}, {1, 64, 66, 64},
    {0, 4, 4, 3},  {1, 1, 7, 3},   {2, 7, 1, 3},   {1, 4, 2, 2049}, {1, 100, 3, 1},
};
constexpr PoolKind kKinds[] = {PoolKind::max, PoolKind::average};

Pool2dProblem with(Pool2dProblem problem, PoolKind kind, DType dtype = DType::f32) {
  problem.kind = kind;
  problem.dtype = dtype;
  return problem;
}

Shape src_shape(const Pool2dProblem& p) {
  return {p.n, p.h, p.w, p.c};
}
Shape dst_shape(const Pool2dProblem& p) {
  return {p.n, p.h / 2, p.w / 2, p.c};
}

Pool2dForward outputs(const Pool2dProblem& p) {
  Pool2dForward result{poisoned(dst_shape(p), p.dtype), {}};
  if (p.kind != PoolKind::max) return result;
  result.codes = Tensor::empty({p.n, p.h / 2, p.w / 2, p.c, 2}, DType::bits);
  std::memset(result.codes.raw(), 0x5a, result.codes.bytes());
  return result;
}
Tensor* wanted_codes(Pool2dForward& result) {
  return result.codes.defined() ? &result.codes : nullptr;
}

Pool2dForward reference(Session& s, const Pool2dProblem& p, const Tensor& src) {
  Pool2dForward result = outputs(p);
  s.reference(pool2d_forward_table(), p, {src, result.dst, wanted_codes(result)});
  return result;
}

void maxima(Session& s) {
  for (const Pool2dProblem& plain : kProblems) {
    const Pool2dProblem p = with(plain, PoolKind::max);
    // Integers in [-3, 3] are full of ties, normal numbers have none.
    for (Fill fill : {Fill::integers, Fill::normal}) {
      const Tensor src = s.make(fill, src_shape(p), DType::f32, fill == Fill::integers ? 1 : 2);
      const Pool2dForward want = reference(s, p, src);
      s.for_all_kernels(pool2d_forward_table(), p, [&](auto& kernel) {
        Pool2dForward got = outputs(p);
        kernel.run({src, got.dst, &got.codes});
        kernel.check("finds the maxima of the reference", compare_exact(got.dst, want.dst));
        kernel.check("gives the codes of the reference", compare_exact(got.codes, want.codes));
        Tensor alone = poisoned(dst_shape(p));
        kernel.run({src, alone, nullptr});
        kernel.check("gives the same without codes", compare_exact(alone, want.dst));
      });
    }
  }
}

void averages(Session& s) {
  for (const Pool2dProblem& plain : kProblems) {
    if (dst_shape(plain).numel() == 0) continue;
    const Pool2dProblem p = with(plain, PoolKind::average);
    const Tensor whole = s.integers(src_shape(p), DType::f32, 3);
    const Tensor src = s.normal(src_shape(p), DType::f32, 4);
    const Tensor exact = reference(s, p, whole).dst;
    const Tensor want =
        reference(s, with(plain, PoolKind::average, DType::f64), src.to(DType::f64)).dst;
    s.for_all_kernels(pool2d_forward_table(), p, [&](auto& kernel) {
      Tensor got = poisoned(dst_shape(p));
      kernel.run({whole, got, nullptr});
      kernel.check("averages integers exactly", compare_exact(got, exact));
      kernel.run({src, got, nullptr});
      const double tolerance =
          double{std::numeric_limits<float>::epsilon()} * kernel.length() * max_abs(src);
      kernel.check("near the reference", compare(got, want, tolerance));
    });
  }
}

void ties_and_nan(Session& s) {
  const float nan = NAN, inf = INFINITY;
  struct Window {
    float values[4];
    int winner;
  };
  const Window windows[] = {{{1, 1, 1, 1}, 0},       {{0, 1, 1, 1}, 1},
                            {{0, 0, 1, 1}, 2},       {{0, 0, 0, 1}, 3},
                            {{2, 1, 2, 1}, 0},       {{1, 2, 1, 2}, 1},
                            {{-0.0f, 0, 0, 0}, 0},   {{nan, 1, 2, inf}, 0},
                            {{1, nan, inf, 2}, 1},   {{inf, 1, nan, 2}, 2},
                            {{1, 2, inf, nan}, 3},   {{1, nan, nan, nan}, 1},
                            {{1, 2, nan, nan}, 2},   {{nan, 1, nan, 1}, 0},
                            {{inf, inf, 1, 1}, 0},   {{-inf, -inf, -inf, -inf}, 0},
                            {{-inf, -5, -inf, 0}, 3}};
  // Channels enough for the vector body and its remainder.
  for (std::int64_t c : {1, 3, 16, 37}) {
    for (const Window& window : windows) {
      const Pool2dProblem p{1, 2, 2, c};
      Tensor src = Tensor::empty({1, 2, 2, c});
      for (std::int64_t i = 0; i < 4 * c; ++i) src.data<float>()[i] = window.values[i / c];
      s.for_all_kernels(pool2d_forward_table(), p, [&](auto& kernel) {
        Pool2dForward got = outputs(p);
        kernel.run({src, got.dst, &got.codes});
        const std::uint64_t* words = got.codes.data<std::uint64_t>();
        int wrong = 0;
        for (std::int64_t i = 0; i < c; ++i) {
          wrong += get_bit(words, 2 * i) + 2 * get_bit(words, 2 * i + 1) != window.winner;
          wrong += std::memcmp(got.dst.data<float>() + i, &window.values[window.winner], 4) != 0;
        }
        kernel.check("the first of equals wins, NaN over numbers, the first NaN", wrong == 0);
      });
    }
  }
}

void backward_exact(Session& s) {
  for (const Pool2dProblem& plain : kProblems) {
    for (PoolKind kind : kKinds) {
      const Pool2dProblem p = with(plain, kind);
      const Tensor codes = reference(s, p, s.normal(src_shape(p), DType::f32, 5)).codes;
      const Tensor grad_dst = s.normal(dst_shape(p), DType::f32, 6);
      Tensor want = poisoned(src_shape(p));
      s.reference(pool2d_backward_table(), p, {grad_dst, codes, want});
      s.for_all_kernels(pool2d_backward_table(), p, [&](auto& kernel) {
        Tensor grad_src = poisoned(src_shape(p));
        kernel.run({grad_dst, codes, grad_src});
        kernel.check("equals the reference", compare_exact(grad_src, want));
      });
    }
  }
}

void backward_gradient(Session& s) {
  const Pool2dProblem plain{2, 5, 4, 3};
  // Distinct values 0.01 apart in a shuffled order: no step of 1e-5 crosses a tie.
  Tensor src = Tensor::empty(src_shape(plain), DType::f64);
  for (std::int64_t i = 0; i < src.numel(); ++i) {
    src.data<double>()[i] = 0.01 * static_cast<double>(i * 37 % src.numel());
  }
  const Tensor upstream = s.normal(dst_shape(plain), DType::f64, 7);
  for (PoolKind kind : kKinds) {
    const Pool2dProblem p = with(plain, kind, DType::f64);
    const Tensor codes = pool2d_forward(s.context(), src, kind, true).codes;
    const auto of = [&](const Tensor& x) {
      return pool2d_forward(s.context(), x, kind, false).dst;
    };
    s.for_kernels(pool2d_backward_table(), p, [&](auto& kernel) {
      Tensor gradient = poisoned(src_shape(p), DType::f64);
      kernel.run({upstream, codes, gradient});
      kernel.check("agrees with central differences", check_gradient(of, src, upstream, gradient));
    });
  }
}

void backward_adjoint(Session& s) {
  for (const Shape& shape : {Shape{2, 9, 7, 5}, Shape{1, 64, 64, 64}}) {
    const Pool2dProblem p{shape[0], shape[1], shape[2], shape[3], PoolKind::average, DType::f64};
    const Tensor x = s.normal(shape, DType::f64, 8), y = s.normal(dst_shape(p), DType::f64, 9);
    const double want = inner(pool2d_forward(s.context(), x, PoolKind::average, false).dst, y);
    s.for_kernels(pool2d_backward_table(), p, [&](auto& kernel) {
      Tensor grad_src = poisoned(shape, DType::f64);
      kernel.run({y, Tensor(), grad_src});
      kernel.check("the average's is adjoint to the forward pass",
                   near(inner(x, grad_src), want, 1e-12 * static_cast<double>(shape.numel())));
    });
  }
}

const Pool2dProblem kLarge{2, 61, 67, 33};

void threads(Session& s) {
  const Tensor src = s.normal(src_shape(kLarge), DType::f32, 10);
  for (PoolKind kind : kKinds) {
    const Pool2dProblem p = with(kLarge, kind);
    s.for_kernels(pool2d_forward_table(), p, [&](auto& kernel) {
      Pool2dForward got = outputs(p);
      kernel.check_same_bits({src, got.dst, wanted_codes(got)});
    });
  }
}

void backward_threads(Session& s) {
  const Tensor grad_dst = s.normal(dst_shape(kLarge), DType::f32, 11);
  for (PoolKind kind : kKinds) {
    const Pool2dProblem p = with(kLarge, kind);
    const Tensor codes = reference(s, p, s.normal(src_shape(p), DType::f32, 10)).codes;
    s.for_kernels(pool2d_backward_table(), p, [&](auto& kernel) {
      Tensor grad_src = poisoned(src_shape(p));
      kernel.check_same_bits({grad_dst, codes, grad_src});
    });
  }
}

constexpr Case kCases[] = {
    {"pool2d.fwd", "finds the maxima and codes of the reference", maxima},
    {"pool2d.fwd", "averages", averages},
    {"pool2d.fwd", "the first of equals wins, NaN over numbers, the first NaN", ties_and_nan},
    {"pool2d.fwd", "same bits", threads, Kind::threads},
    {"pool2d.bwd", "equals the reference", backward_exact},
    {"pool2d.bwd", "agrees with central differences", backward_gradient},
    {"pool2d.bwd", "adjoint to the forward pass", backward_adjoint},
    {"pool2d.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases pool2d_cases() {
  return kCases;
}

}  // namespace impasto::verify
