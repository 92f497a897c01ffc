// instance norm: against the reference in double, with a mean far from zero.
#include "ops/normalize/normalize.h"

#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

// One pixel, prime extents, batch 2, channels on either side of a vector, several blocks of 16384
// elements, more channels than a block.
const InstanceNormProblem kProblems[] = {
    {1, 1, 1},     {1, 2, 3},     {2, 35, 16},  {1, 77, 33},   {2, 64, 64},
    {2, 20011, 3}, {1, 16384, 1}, {3, 700, 64}, {1, 3, 20000},
};

InstanceNormProblem in_double(InstanceNormProblem problem) {
  problem.dtype = DType::f64;
  return problem;
}

// Rows of one pixel: kernels see pixels only, not rows.
Shape picture_shape(const InstanceNormProblem& p) {
  return {p.n, p.m, 1, p.c};
}

InstanceNormForward forward_outputs(const InstanceNormProblem& p) {
  return {poisoned(picture_shape(p), p.dtype), poisoned({p.n, p.c}, p.dtype),
          poisoned({p.n, p.c}, p.dtype)};
}
InstanceNormBackward backward_outputs(const InstanceNormProblem& p) {
  return {poisoned(picture_shape(p), p.dtype), poisoned({p.c}, p.dtype), poisoned({p.c}, p.dtype)};
}

InstanceNormForward reference(Session& s, const InstanceNormProblem& p, const Tensor& src,
                              const Tensor& gamma, const Tensor& beta) {
  InstanceNormForward r = forward_outputs(p);
  s.reference(instance_norm_forward_table(), p, {src, gamma, beta, r.dst, r.mean, r.rstd});
  return r;
}

void forward(Session& s) {
  for (const InstanceNormProblem& p : kProblems) {
    Tensor src = s.normal(picture_shape(p), DType::f32, 1);
    // A mean far from zero: a one-pass variance would lose every digit.
    for (float& value : src.values<float>()) value += 1000;
    const Tensor gamma = s.normal({p.c}, DType::f32, 2), beta = s.normal({p.c}, DType::f32, 3);
    const InstanceNormForward want =
        reference(s, in_double(p), src.to(DType::f64), gamma.to(DType::f64), beta.to(DType::f64));
    const double scale = max_abs(gamma) * max_abs(want.rstd);
    s.for_all_kernels(instance_norm_forward_table(), p, [&](auto& kernel) {
      InstanceNormForward got = forward_outputs(p);
      kernel.run({src, gamma, beta, got.dst, got.mean, got.rstd});
      // Sums are double: what remains is the rounding of the statistics, of the mean above all.
      kernel.check("gives the mean", compare(got.mean, want.mean, 0, kEpsilon));
      kernel.check("gives the deviation", compare(got.rstd, want.rstd, 0, kEpsilon));
      kernel.check("normalises",
                   compare(got.dst, want.dst, kEpsilon * (scale * 1010 + 3 * max_abs(want.dst))));
    });
  }
}

void backward(Session& s) {
  for (const InstanceNormProblem& p : kProblems) {
    const Tensor src = s.normal(picture_shape(p), DType::f32, 4);
    const Tensor grad_dst = s.normal(picture_shape(p), DType::f32, 5);
    const Tensor gamma = s.normal({p.c}, DType::f32, 6), beta = Tensor::zeros({p.c});
    const InstanceNormForward saved = reference(s, p, src, gamma, beta);
    InstanceNormBackward want = backward_outputs(in_double(p));
    s.reference(instance_norm_backward_table(), in_double(p),
                {src.to(DType::f64), grad_dst.to(DType::f64), gamma.to(DType::f64),
                 saved.mean.to(DType::f64), saved.rstd.to(DType::f64), want.grad_src,
                 want.grad_gamma, want.grad_beta});
    // Each term is at most the largest gradient, the last one times the largest normalised value;
    // four roundings each.
    const double normalised = (max_abs(src) + max_abs(saved.mean)) * max_abs(saved.rstd);
    const double tolerance =
        4 * kEpsilon * max_abs(gamma) * max_abs(saved.rstd) * max_abs(grad_dst) * (2 + normalised);
    s.for_all_kernels(instance_norm_backward_table(), p, [&](auto& kernel) {
      InstanceNormBackward got = backward_outputs(p);
      kernel.run({src, grad_dst, gamma, saved.mean, saved.rstd, got.grad_src, got.grad_gamma,
                  got.grad_beta});
      kernel.check("near the reference", compare(got.grad_src, want.grad_src, tolerance));
      kernel.check("near the reference for gamma",
                   compare(got.grad_gamma, want.grad_gamma, 1e-9, kEpsilon));
      kernel.check("near the reference for beta",
                   compare(got.grad_beta, want.grad_beta, 1e-9, kEpsilon));
    });
  }
}

void backward_gradient(Session& s) {
  const InstanceNormProblem p{2, 12, 3, 1e-5, DType::f64};
  const Tensor src = s.normal({2, 3, 4, 3}, DType::f64, 7);
  const Tensor gamma = s.normal({3}, DType::f64, 8), beta = s.normal({3}, DType::f64, 9);
  const Tensor upstream = s.normal(src.shape(), DType::f64, 10);
  const auto of = [&](const Tensor& x, const Tensor& gain, const Tensor& shift) {
    return instance_norm_forward(s.context(), x, gain, shift).dst;
  };
  const InstanceNormForward saved = instance_norm_forward(s.context(), src, gamma, beta);
  s.for_kernels(instance_norm_backward_table(), p, [&](auto& kernel) {
    InstanceNormBackward got = backward_outputs(p);
    got.grad_src = got.grad_src.reshape(src.shape());
    kernel.run({src, upstream, gamma, saved.mean, saved.rstd, got.grad_src, got.grad_gamma,
                got.grad_beta});
    const char* what = "agrees with central differences";
    kernel.check(what, check_gradient([&](const Tensor& x) { return of(x, gamma, beta); }, src,
                                      upstream, got.grad_src));
    kernel.check(what, check_gradient([&](const Tensor& x) { return of(src, x, beta); }, gamma,
                                      upstream, got.grad_gamma));
    kernel.check(what, check_gradient([&](const Tensor& x) { return of(src, gamma, x); }, beta,
                                      upstream, got.grad_beta));
  });
}

void threads(Session& s) {
  for (const InstanceNormProblem& p : kProblems) {
    const Tensor src = s.normal(picture_shape(p), DType::f32, 11);
    const Tensor gamma = s.normal({p.c}, DType::f32, 13), beta = s.normal({p.c}, DType::f32, 14);
    s.for_kernels(instance_norm_forward_table(), p, [&](auto& kernel) {
      InstanceNormForward got = forward_outputs(p);
      kernel.check_same_bits({src, gamma, beta, got.dst, got.mean, got.rstd});
    });
  }
}

void backward_threads(Session& s) {
  for (const InstanceNormProblem& p : kProblems) {
    const Tensor src = s.normal(picture_shape(p), DType::f32, 11);
    const Tensor grad = s.normal(picture_shape(p), DType::f32, 12);
    const Tensor gamma = s.normal({p.c}, DType::f32, 13), beta = s.normal({p.c}, DType::f32, 14);
    const InstanceNormForward saved = reference(s, p, src, gamma, beta);
    s.for_kernels(instance_norm_backward_table(), p, [&](auto& kernel) {
      InstanceNormBackward got = backward_outputs(p);
      kernel.check_same_bits(
          {src, grad, gamma, saved.mean, saved.rstd, got.grad_src, got.grad_gamma, got.grad_beta});
    });
  }
}

constexpr Case kCases[] = {
    {"instance_norm.fwd", "normalises", forward},
    {"instance_norm.fwd", "same bits", threads, Kind::threads},
    {"instance_norm.bwd", "near the reference", backward},
    {"instance_norm.bwd", "agrees with central differences", backward_gradient},
    {"instance_norm.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases instance_norm_cases() {
  return kCases;
}

}  // namespace impasto::verify
