#include "ops/normalize/normalize.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

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

TEST_CASE("instance norm of a constant channel is its shift") {
  Context context;
  const Tensor beta = Tensor::from<float>({2}, std::vector<float>{-1.5f, 4});
  const InstanceNormForward got =
      instance_norm_forward(context, Tensor::full({1, 5, 5, 2}, 77), Tensor::full({2}, 3), beta);
  for (int i = 0; i < 50; ++i) CHECK(got.dst.data<float>()[i] == beta.data<float>()[i % 2]);
  CHECK(got.rstd.data<float>()[0] == doctest::Approx(1 / std::sqrt(1e-5)));
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
