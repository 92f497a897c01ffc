// Every op, forward and backward, against PyTorch in double: tests/fixtures/ops.safetensors, whose
// cases and parameters are those of tools/fixtures/ops.py. The kernels that are selected by default
// are held against it in f32, the references in f64.
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "ops/conv2d/conv2d.h"
#include "ops/gemm/gemm.h"
#include "ops/gram/gram.h"
#include "ops/mse/mse.h"
#include "ops/normalize/normalize.h"
#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/reduce/reduce.h"
#include "ops/relu/relu.h"
#include "ops/resize/resize.h"
#include "ops/total_variation/total_variation.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

// The tensors of one case after the other, in the dtype under test.
class Cases {
 public:
  explicit Cases(DType dtype) : dtype_(dtype), tolerance_(dtype == DType::f64 ? 1e-12 : 2e-6) {
    file_ = read_safetensors(IMPASTO_FIXTURES "/ops.safetensors").tensors;
    for (const auto& [name, tensor] : file_) unchecked_.insert(name);
  }

  void begin(const std::string& name) { case_ = name; }
  Tensor get(const std::string& tensor) {
    unchecked_.erase(name(tensor));
    return file_.at(name(tensor)).to(dtype_);
  }
  Tensor scalar(const std::string& tensor) { return get(tensor).to(DType::f64); }

  // Near, relative to the largest element.
  void check(const std::string& tensor, const Tensor& got) {
    CAPTURE(name(tensor));
    unchecked_.erase(name(tensor));
    const Tensor& want = file_.at(name(tensor));
    const auto comparison = test::compare(got, want, tolerance_ * test::max_abs(want));
    CHECK_MESSAGE(comparison.ok, comparison.message);
  }

  const std::set<std::string>& unchecked() const { return unchecked_; }
  Context context;

 private:
  std::string name(const std::string& tensor) const { return case_ + "." + tensor; }

  DType dtype_;
  double tolerance_;
  std::map<std::string, Tensor> file_;
  std::set<std::string> unchecked_;
  std::string case_;
};

void check_conv2d(Cases& t) {
  const std::pair<const char*, Conv2dParams> cases[] = {
      {"3x3.zero", {.pad = 1}},
      {"3x3.reflect", {.pad = 1, .pad_mode = PadMode::reflect}},
      {"3x3.replicate", {.pad = 1, .pad_mode = PadMode::replicate}},
      {"3x3.relu", {.pad = 1, .relu = true}},
      {"3x3.valid", {}},
      {"3x3.stride2", {.stride = 2, .pad = 1}},
      {"3x3.stride2.reflect", {.stride = 2, .pad = 1, .pad_mode = PadMode::reflect}},
      {"1x1", {}},
      {"1x1.relu", {.relu = true}},
  };
  for (const auto& [name, params] : cases) {
    t.begin(std::string("conv2d.") + name);
    const Tensor src = t.get("src"), wei = t.get("wei");
    const auto forward = conv2d_forward(t.context, src, wei, t.get("bias"), params, params.relu);
    t.check("dst", forward.dst);
    const Conv2dUpstream upstream(t.get("upstream"), forward.mask);
    t.check("grad_src", conv2d_backward_data(t.context, upstream, wei, src.shape(), params));
    Tensor grad = upstream.grad_dst;
    Conv2dParams plain = params;
    if (params.relu) {
      grad = conv2d_backward_activation(t.context, upstream, forward.dst.shape(), params);
      plain.relu = false;
    }
    t.check("grad_wei", conv2d_backward_filter(t.context, src, grad, wei.shape(), plain));
    t.check("grad_bias", sum_rows(t.context, grad));
  }
}

void check_relu_and_pools(Cases& t) {
  t.begin("relu");
  const auto relu = relu_forward(t.context, t.get("src"), true);
  t.check("dst", relu.dst);
  t.check("grad_src", relu_backward(t.context, t.get("upstream"), relu.mask));
  for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
    t.begin(fmt::format("pool2d.{}", to_string(kind)));
    const Tensor src = t.get("src");
    const auto pool = pool2d_forward(t.context, src, kind, kind == PoolKind::max);
    t.check("dst", pool.dst);
    t.check("grad_src",
            pool2d_backward(t.context, t.get("upstream"), pool.codes, src.shape(), kind));
  }
}

void check_instance_norm(Cases& t) {
  t.begin("instance_norm");
  const Tensor src = t.get("src"), gamma = t.get("gamma");
  const auto norm = instance_norm_forward(t.context, src, gamma, t.get("beta"), 1e-5);
  t.check("dst", norm.dst);
  const auto grads =
      instance_norm_backward(t.context, src, t.get("upstream"), gamma, norm.mean, norm.rstd);
  t.check("grad_src", grads.grad_src);
  t.check("grad_gamma", grads.grad_gamma);
  t.check("grad_beta", grads.grad_beta);
}

void check_gram(Cases& t) {
  t.begin("gram");
  const Tensor features = t.get("features");
  t.check("dst", gram_forward(t.context, features, 0.05));
  t.check("grad_features", gram_backward(t.context, features, t.get("upstream"), 0.05));
}

// The gradients of a product are products: dA = alpha U B^T and dB = alpha A^T U, transposed when
// the operand is.
void check_gemm(Cases& t) {
  const double alpha = 0.5;
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      t.begin(fmt::format("gemm.{}{}", ta ? 't' : 'n', tb ? 't' : 'n'));
      const Tensor a = t.get("a"), b = t.get("b"), up = t.get("upstream");
      t.check("dst", gemm(t.context, a, b, {ta, tb, alpha}));
      t.check("grad_a", ta ? gemm(t.context, b, up, {tb, true, alpha})
                           : gemm(t.context, up, b, {false, !tb, alpha}));
      t.check("grad_b", tb ? gemm(t.context, up, a, {true, ta, alpha})
                           : gemm(t.context, a, up, {!ta, false, alpha}));
    }
  }
}

void check_losses(Cases& t) {
  t.begin("mse");
  const Tensor a = t.get("a"), b = t.get("b"), upstream = t.scalar("upstream");
  const MseForward forward = mse_forward(t.context, a, b, 5, true);
  t.check("dst", forward.value);
  t.check("grad_a", mse_backward(t.context, forward.difference, 5, upstream));
  t.check("grad_b", mse_backward(t.context, forward.difference, -5, upstream));
  for (VariationKind kind : {VariationKind::squared, VariationKind::absolute}) {
    t.begin(kind == VariationKind::squared ? "total_variation.squared"
                                           : "total_variation.absolute");
    const Tensor src = t.get("src");
    t.check("dst", total_variation_forward(t.context, src, kind, 3));
    t.check("grad_src", total_variation_backward(t.context, src, kind, 3, t.scalar("upstream")));
  }
}

void check_pad(Cases& t) {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    t.begin(fmt::format("pad.{}", to_string(mode)));
    const PadParams params{.top = 1, .bottom = 2, .left = 3, .right = 2, .mode = mode};
    const Tensor src = t.get("src");
    t.check("dst", pad(t.context, src, params));
    t.check("grad_src", pad_backward(t.context, t.get("upstream"), src.shape(), params));
  }
}

void check_resize(Cases& t) {
  const std::pair<const char*, ResizeMode> cases[] = {
      {"nearest.twice", ResizeMode::nearest},   {"nearest.odd", ResizeMode::nearest},
      {"bilinear.twice", ResizeMode::bilinear}, {"bilinear.odd", ResizeMode::bilinear},
      {"area.shrink", ResizeMode::area},        {"bicubic.grow", ResizeMode::bicubic},
      {"bicubic.shrink", ResizeMode::bicubic}};
  for (const auto& [name, mode] : cases) {
    t.begin(std::string("resize.") + name);
    const Tensor src = t.get("src"), upstream = t.get("upstream");
    t.check("dst", resize(t.context, src, upstream.shape()[1], upstream.shape()[2], mode));
    t.check("grad_src", resize_backward(t.context, upstream, src.shape(), mode));
  }
}

void check_all(DType dtype) {
  Cases cases(dtype);
  check_conv2d(cases);
  check_relu_and_pools(cases);
  check_instance_norm(cases);
  check_gram(cases);
  check_gemm(cases);
  check_losses(cases);
  check_pad(cases);
  check_resize(cases);
  for (const std::string& name : cases.unchecked())
    FAIL_CHECK("nothing was compared with " << name);
}

TEST_CASE("every op agrees with PyTorch, forward and backward, in double") {
  check_all(DType::f64);
}

TEST_CASE("every op agrees with PyTorch, forward and backward, in single precision") {
  check_all(DType::f32);
}

}  // namespace
}  // namespace impasto
