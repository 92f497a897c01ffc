#include "ops/normalize/normalize.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

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

InstanceNormForward forward(Context& context,
                            const Kernel<InstanceNormProblem, InstanceNormForwardArgs>& kernel,
                            const InstanceNormProblem& p, const Tensor& src, const Tensor& gamma,
                            const Tensor& beta) {
  InstanceNormForward result{poisoned(src.shape(), p.dtype), poisoned({p.n, p.c}, p.dtype),
                             poisoned({p.n, p.c}, p.dtype)};
  run_kernel(context, kernel, p, {src, gamma, beta, result.dst, result.mean, result.rstd});
  return result;
}

InstanceNormBackward backward(Context& context,
                              const Kernel<InstanceNormProblem, InstanceNormBackwardArgs>& kernel,
                              const InstanceNormProblem& p, const Tensor& src,
                              const Tensor& grad_dst, const Tensor& gamma,
                              const InstanceNormForward& saved) {
  InstanceNormBackward result{poisoned(src.shape(), p.dtype), poisoned({p.c}, p.dtype),
                              poisoned({p.c}, p.dtype)};
  run_kernel(context, kernel, p,
             {src, grad_dst, gamma, saved.mean, saved.rstd, result.grad_src, result.grad_gamma,
              result.grad_beta});
  return result;
}

void check_near(const Tensor& got, const Tensor& want, double tolerance) {
  const Comparison result = compare(got, want, tolerance);
  CHECK_MESSAGE(result.ok, result.message);
}

// From PyTorch 1.13:
//   python3 -c "import torch, torch.nn.functional as F
//   d = torch.float64; fill = lambda k, p: torch.tensor([i * i * k % p for i in range(24)],
//   dtype=d) x = fill(7, 23).reshape(2, 3, 2, 2).requires_grad_(); g = fill(5, 19).reshape(2, 3, 2,
//   2) w = torch.tensor([.5, -2], dtype=d, requires_grad=True) b = torch.tensor([.25, 1], dtype=d,
//   requires_grad=True) y = F.instance_norm(x.permute(0, 3, 1, 2), weight=w, bias=b).permute(0, 2,
//   3, 1) y.backward(g); [print(t.flatten().tolist()) for t in (y, x.grad, w.grad, b.grad)]"
TEST_CASE("instance norm agrees with PyTorch") {
  const std::vector<double> want_dst = {
      -0.482241776, 4.80925885,  -0.159193933, 0.32777785, 0.809949593,  1.67222215,
      0.93916873,   -1.46481455, 0.228463477,  1.22407405, 0.163853909,  -0.568518349,
      0.642129587,  1.34458437,  0.193981488,  1.08614609, 0.866203637,  -1.75667492,
      0.0819444626, -1.23979837, 0.418055537,  2.63677573, -0.702314712, 3.9289671};
  const std::vector<double> want_grad_src = {
      -0.161464024,  -0.733786254, -0.196645656, 2.04510514,  -0.30219055,  -0.850043538,
      -0.0190591878, -0.966300823, 0.652748431,  1.75821572,  0.0266109866, -1.25319024,
      0.825355097,   -1.4554534,   0.276889264,  -0.20233943, -0.356893311, 0.143124049,
      -0.364393806,  0.479717112,  -0.457211044, 0.80743976,  0.0762537984, 0.227511913};
  Context context;
  const Shape shape{2, 3, 2, 2};
  Tensor src = Tensor::empty(shape, DType::f64), grad_dst = Tensor::empty(shape, DType::f64);
  for (int i = 0; i < 24; ++i) {
    src.data<double>()[i] = i * i * 7 % 23;
    grad_dst.data<double>()[i] = i * i * 5 % 19;
  }
  const Tensor gamma = Tensor::from<double>({2}, std::vector<double>{0.5, -2});
  const Tensor beta = Tensor::from<double>({2}, std::vector<double>{0.25, 1});
  for (DType dtype : {DType::f64, DType::f32}) {
    CAPTURE(to_string(dtype));
    const double tolerance = dtype == DType::f64 ? 1e-8 : 2e-6;
    const Tensor x = src.to(dtype), weight = gamma.to(dtype);
    const InstanceNormForward y = instance_norm_forward(context, x, weight, beta.to(dtype));
    check_near(y.dst, Tensor::from<double>(shape, want_dst), tolerance);
    const InstanceNormBackward g =
        instance_norm_backward(context, x, grad_dst.to(dtype), weight, y.mean, y.rstd);
    check_near(g.grad_src, Tensor::from<double>(shape, want_grad_src), tolerance);
    check_near(g.grad_gamma, Tensor::from<double>({2}, std::vector<double>{21.7377678, 14.9383504}),
               10 * tolerance);
    check_near(g.grad_beta, Tensor::from<double>({2}, std::vector<double>{88, 81}), 0);
  }
}

TEST_CASE("every instance norm kernel normalises") {
  Context context;
  const auto table = instance_norm_forward_table();
  for (const auto& kernel : kernels_here(table)) {
    for (const InstanceNormProblem& p : kProblems) {
      CAPTURE(kernel.info.id);
      CAPTURE(p.to_string());
      Tensor src = random_tensor(picture_shape(p), DType::f32, 1);
      // A mean far from zero: a one-pass variance would lose every digit.
      for (float& value : src.values<float>()) value += 1000;
      const Tensor gamma = random_tensor({p.c}, DType::f32, 2);
      const Tensor beta = random_tensor({p.c}, DType::f32, 3);
      const InstanceNormForward want =
          forward(context, table.kernels.back(), in_double(p), src.to(DType::f64),
                  gamma.to(DType::f64), beta.to(DType::f64));
      const InstanceNormForward got = forward(context, kernel, p, src, gamma, beta);
      // Sums are double: what remains is the rounding of the statistics, of the mean above all.
      const double eps = std::numeric_limits<float>::epsilon();
      CHECK(compare(got.mean, want.mean, 0, eps).ok);
      CHECK(compare(got.rstd, want.rstd, 0, eps).ok);
      const double scale = max_abs(gamma) * max_abs(want.rstd);
      check_near(got.dst, want.dst, eps * (scale * 1010 + 3 * max_abs(want.dst)));
    }
  }
}

TEST_CASE("every instance norm backward kernel equals the reference") {
  Context context;
  const auto table = instance_norm_backward_table();
  for (const auto& kernel : kernels_here(table)) {
    for (const InstanceNormProblem& p : kProblems) {
      CAPTURE(kernel.info.id);
      CAPTURE(p.to_string());
      const Tensor src = random_tensor(picture_shape(p), DType::f32, 4);
      const Tensor grad_dst = random_tensor(picture_shape(p), DType::f32, 5);
      const Tensor gamma = random_tensor({p.c}, DType::f32, 6);
      const Tensor beta = Tensor::zeros({p.c});
      const InstanceNormForward saved =
          forward(context, instance_norm_forward_table().kernels.back(), p, src, gamma, beta);
      const InstanceNormForward saved_double{
          {}, saved.mean.to(DType::f64), saved.rstd.to(DType::f64)};
      const InstanceNormBackward want =
          backward(context, table.kernels.back(), in_double(p), src.to(DType::f64),
                   grad_dst.to(DType::f64), gamma.to(DType::f64), saved_double);
      const InstanceNormBackward got = backward(context, kernel, p, src, grad_dst, gamma, saved);
      const double eps = std::numeric_limits<float>::epsilon();
      // Each term is at most the largest gradient, the last one times the largest normalised value;
      // four roundings each.
      const double normalised = (max_abs(src) + max_abs(saved.mean)) * max_abs(saved.rstd);
      check_near(
          got.grad_src, want.grad_src,
          4 * eps * max_abs(gamma) * max_abs(saved.rstd) * max_abs(grad_dst) * (2 + normalised));
      CHECK(compare(got.grad_gamma, want.grad_gamma, 1e-9, eps).ok);
      CHECK(compare(got.grad_beta, want.grad_beta, 1e-9, eps).ok);
    }
  }
}

TEST_CASE("instance norm gradients agree with central differences") {
  Context context;
  const Shape shape{2, 3, 4, 3};
  const Tensor src = random_tensor(shape, DType::f64, 7);
  const Tensor gamma = random_tensor({3}, DType::f64, 8);
  const Tensor beta = random_tensor({3}, DType::f64, 9);
  const Tensor upstream = random_tensor(shape, DType::f64, 10);
  const InstanceNormForward saved = instance_norm_forward(context, src, gamma, beta);
  const InstanceNormBackward gradient =
      instance_norm_backward(context, src, upstream, gamma, saved.mean, saved.rstd);
  const auto of_src = [&](const Tensor& x) {
    return instance_norm_forward(context, x, gamma, beta).dst;
  };
  const auto of_gamma = [&](const Tensor& x) {
    return instance_norm_forward(context, src, x, beta).dst;
  };
  const auto of_beta = [&](const Tensor& x) {
    return instance_norm_forward(context, src, gamma, x).dst;
  };
  CHECK(check_gradient(of_src, src, upstream, gradient.grad_src).ok);
  CHECK(check_gradient(of_gamma, gamma, upstream, gradient.grad_gamma).ok);
  CHECK(check_gradient(of_beta, beta, upstream, gradient.grad_beta).ok);
}

TEST_CASE("instance norm of a constant channel is its shift") {
  Context context;
  const Tensor beta = Tensor::from<float>({2}, std::vector<float>{-1.5f, 4});
  const InstanceNormForward got =
      instance_norm_forward(context, Tensor::full({1, 5, 5, 2}, 77), Tensor::full({2}, 3), beta);
  for (int i = 0; i < 50; ++i) CHECK(got.dst.data<float>()[i] == beta.data<float>()[i % 2]);
  CHECK(got.rstd.data<float>()[0] == doctest::Approx(1 / std::sqrt(1e-5)));
}

TEST_CASE("instance norm gives the same bits for every thread count") {
  Context one({.device = {}, .threads = 1});
  Context many({.device = {}, .threads = 4});
  for (const InstanceNormProblem& p : kProblems) {
    CAPTURE(p.to_string());
    const Tensor src = random_tensor(picture_shape(p), DType::f32, 11);
    const Tensor grad = random_tensor(picture_shape(p), DType::f32, 12);
    const Tensor gamma = random_tensor({p.c}, DType::f32, 13);
    const Tensor beta = random_tensor({p.c}, DType::f32, 14);
    const InstanceNormForward a = instance_norm_forward(one, src, gamma, beta);
    const InstanceNormForward b = instance_norm_forward(many, src, gamma, beta);
    CHECK(compare_exact(a.dst, b.dst).ok);
    CHECK(compare_exact(a.rstd, b.rstd).ok);
    const InstanceNormBackward ga = instance_norm_backward(one, src, grad, gamma, a.mean, a.rstd);
    const InstanceNormBackward gb = instance_norm_backward(many, src, grad, gamma, b.mean, b.rstd);
    CHECK(compare_exact(ga.grad_src, gb.grad_src).ok);
    CHECK(compare_exact(ga.grad_gamma, gb.grad_gamma).ok);
    CHECK(compare_exact(ga.grad_beta, gb.grad_beta).ok);
  }
}

TEST_CASE("instance norm refuses what breaks its contract") {
  Context context;
  const Tensor src = Tensor::zeros({1, 4, 4, 3}), three = Tensor::zeros({3});
  const Tensor four = Tensor::zeros({4}), wide = Tensor::zeros({3}, DType::f64);
  const Tensor flat = Tensor::zeros({16, 3}), empty = Tensor::zeros({1, 0, 4, 3});
  CHECK_NOTHROW(instance_norm_forward(context, src, three, three));
  CHECK_THROWS_AS(instance_norm_forward(context, flat, three, three), Error);
  CHECK_THROWS_AS(instance_norm_forward(context, empty, three, three), Error);
  CHECK_THROWS_AS(instance_norm_forward(context, src, four, three), Error);
  CHECK_THROWS_AS(instance_norm_forward(context, src, three, wide), Error);
  CHECK_THROWS_AS(instance_norm_forward(context, src, three, {}), Error);
  CHECK_THROWS_AS(instance_norm_forward(context, src, three, three, -1), Error);
  const Tensor stat = Tensor::zeros({1, 3});
  CHECK_NOTHROW(instance_norm_backward(context, src, src, three, stat, stat));
  CHECK_THROWS_AS(instance_norm_backward(context, src, empty, three, stat, stat), Error);
  CHECK_THROWS_AS(instance_norm_backward(context, src, src, three, three, stat), Error);
}

}  // namespace
}  // namespace impasto
