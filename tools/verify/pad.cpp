// pad: every mode, against the pixel that padded_source() names; backward against the adjoint
// identity, exactly, and the reference.
#include "ops/pad/pad.h"

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

std::vector<PadProblem> problems(DType dtype) {
  std::vector<PadProblem> list;
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    list.push_back({1, 1, 1, 1, {0, 0, 0, 0, mode}, dtype});
    list.push_back({2, 3, 4, 5, {1, 1, 1, 1, mode}, dtype});
    list.push_back({1, 7, 5, 3, {2, 6, 4, 0, mode}, dtype});
    list.push_back({1, 37, 41, 64, {1, 2, 3, 4, mode}, dtype});
  }
  list.push_back({2, 2, 3, 3, {4, 5, 6, 7, PadMode::zero}, dtype});
  list.push_back({2, 2, 3, 3, {4, 5, 6, 7, PadMode::replicate}, dtype});
  return list;
}

Shape source_shape(const PadProblem& p) {
  return {p.n, p.h, p.w, p.c};
}

Shape padded_shape(const PadProblem& p) {
  return {p.n, p.h + p.params.top + p.params.bottom, p.w + p.params.left + p.params.right, p.c};
}

Tensor expected(const PadProblem& p, const Tensor& src) {
  const Tensor values = src.to(DType::f64);
  Tensor want = Tensor::zeros(padded_shape(p), DType::f64);
  const std::int64_t h = want.shape()[1], w = want.shape()[2];
  for (std::int64_t i = 0; i < want.numel(); ++i) {
    const std::int64_t x = padded_source(i / p.c % w - p.params.left, p.w, p.params.mode);
    const std::int64_t y = padded_source(i / p.c / w % h - p.params.top, p.h, p.params.mode);
    const std::int64_t b = i / p.c / w / h;
    if (x < 0 || y < 0) continue;
    want.data<double>()[i] = values.data<double>()[((b * p.h + y) * p.w + x) * p.c + i % p.c];
  }
  return want.to(src.dtype());
}

void definition(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const PadProblem& p : problems(dtype)) {
      const Tensor src = s.normal(source_shape(p), dtype, 1), want = expected(p, src);
      s.for_kernels(pad_forward_table(), p, [&](auto& kernel) {
        Tensor dst = poisoned(padded_shape(p), dtype);
        kernel.run({src, dst});
        kernel.check("copies the pixel that is meant", compare_exact(dst, want));
      });
    }
  }
}

void backward_adjoint(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const PadProblem& p : problems(dtype)) {
      const Tensor src = s.integers(source_shape(p), dtype, 1);
      const Tensor grad_dst = s.integers(padded_shape(p), dtype, 2);
      const double want = inner(pad(s.context(), src, p.params), grad_dst);
      Tensor reference = poisoned(source_shape(p), dtype);
      s.reference(pad_backward_table(), p, {grad_dst, reference});
      s.for_kernels(pad_backward_table(), p, [&](auto& kernel) {
        Tensor grad_src = poisoned(source_shape(p), dtype);
        kernel.run({grad_dst, grad_src});
        kernel.check("adjoint to the forward pass", near(inner(src, grad_src), want, 0));
        kernel.check("exact on integers", compare_exact(grad_src, reference));
      });
    }
  }
}

void backward_normal(Session& s) {
  for (const PadProblem& p : problems(DType::f32)) {
    const Tensor grad_dst = s.normal(padded_shape(p), DType::f32, 2);
    Tensor want = poisoned(source_shape(p));
    s.reference(pad_backward_table(), p, {grad_dst, want});
    s.for_kernels(pad_backward_table(), p, [&](auto& kernel) {
      Tensor grad_src = poisoned(source_shape(p));
      kernel.run({grad_dst, grad_src});
      kernel.check("near the reference",
                   compare(grad_src, want, 6e-8 * kernel.length() * max_abs(grad_dst)));
    });
  }
}

const PadProblem kLarge{2, 97, 103, 13, {1, 2, 3, 4, PadMode::replicate}, DType::f32};

void threads(Session& s) {
  const Tensor src = s.normal(source_shape(kLarge), DType::f32, 1);
  s.for_kernels(pad_forward_table(), kLarge, [&](auto& kernel) {
    Tensor dst = poisoned(padded_shape(kLarge));
    kernel.check_same_bits({src, dst});
  });
}

void backward_threads(Session& s) {
  const Tensor grad = s.normal(padded_shape(kLarge), DType::f32, 3);
  s.for_kernels(pad_backward_table(), kLarge, [&](auto& kernel) {
    Tensor grad_src = poisoned(source_shape(kLarge));
    kernel.check_same_bits({grad, grad_src});
  });
}

constexpr Case kCases[] = {
    {"pad.fwd", "copies the pixel that is meant", definition},
    {"pad.fwd", "same bits", threads, Kind::threads},
    {"pad.bwd", "adjoint to the forward pass, exact on integers", backward_adjoint},
    {"pad.bwd", "near the reference", backward_normal},
    {"pad.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases pad_cases() {
  return kCases;
}

}  // namespace impasto::verify
