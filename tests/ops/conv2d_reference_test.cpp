// The reference against what is known independently: values worked out by hand, central differences
// in double, and the adjoint identity. Every other kernel is then compared with the reference.
#include <vector>

#include <doctest/doctest.h>

#include "ops/conv2d/conv2d.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr PadMode kModes[] = {PadMode::zero, PadMode::reflect, PadMode::replicate};

struct Setting {
  Shape src, wei;
  std::int64_t stride, pad;
};
const Setting kSettings[] = {
    {{1, 1, 1, 1}, {1, 1, 1, 1}, 1, 0}, {{2, 4, 5, 3}, {4, 3, 3, 3}, 1, 1},
    {{1, 5, 4, 2}, {3, 1, 1, 2}, 1, 0}, {{1, 7, 6, 2}, {2, 3, 2, 2}, 2, 1},
    {{1, 6, 7, 1}, {2, 5, 3, 1}, 3, 2}, {{1, 3, 3, 2}, {2, 3, 3, 2}, 1, 2},
};

TEST_CASE("a 3 x 3 sum filter on a 3 x 3 picture, by hand") {
  Context context;
  const Tensor src = Tensor::from<float>({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor wei = Tensor::full({1, 3, 3, 1}, 1);
  const auto corner_and_middle = [&](PadMode mode) {
    const Conv2dParams params{.pad = 1, .pad_mode = mode};
    const Tensor dst = conv2d_forward(context, src, wei, {}, params).dst;
    return std::vector<float>{dst.data<float>()[0], dst.data<float>()[4]};
  };
  CHECK(corner_and_middle(PadMode::zero) == std::vector<float>{1 + 2 + 4 + 5, 45});
  CHECK(corner_and_middle(PadMode::reflect) ==
        std::vector<float>{5 + 4 + 5 + 2 + 1 + 2 + 5 + 4 + 5, 45});
  CHECK(corner_and_middle(PadMode::replicate) ==
        std::vector<float>{1 + 1 + 2 + 1 + 1 + 2 + 4 + 4 + 5, 45});
}

TEST_CASE("convolution does not flip the filter, and bias and ReLU follow it") {
  Context context;
  const Tensor src = Tensor::from<float>({1, 1, 3, 1}, {1, 10, 100});
  const Tensor wei = Tensor::from<float>({2, 1, 2, 1}, {1, 2, -1, 0});
  const Tensor bias = Tensor::from<float>({2}, {0.5f, 4});
  const Conv2dForward result =
      conv2d_forward(context, src, wei, bias, {.relu = true}, /*want_mask=*/true);
  CHECK(compare_exact(result.dst, Tensor::from<float>({1, 1, 2, 2}, {21.5f, 3, 210.5f, 0})).ok);
  CHECK(result.mask.shape() == Shape({1, 1, 2, 16}));  // 16 bits a pixel
  CHECK((result.mask.data<std::uint64_t>()[0] & 0xffff'ffff) == 0x0001'0003);
}

TEST_CASE("gradients of the reference equal central differences") {
  Context context;
  for (const Setting& setting : kSettings) {
    for (PadMode mode : kModes) {
      const Conv2dParams params{.stride = setting.stride, .pad = setting.pad, .pad_mode = mode};
      if (mode == PadMode::reflect && setting.pad >= setting.src[1]) continue;
      CAPTURE(setting.src.to_string());
      CAPTURE(to_string(mode));
      const Tensor src = random_tensor(setting.src, DType::f64, 1);
      const Tensor wei = random_tensor(setting.wei, DType::f64, 2);
      const auto of_src = [&](const Tensor& x) {
        return conv2d_forward(context, x, wei, {}, params).dst;
      };
      const auto of_wei = [&](const Tensor& x) {
        return conv2d_forward(context, src, x, {}, params).dst;
      };
      const Tensor upstream = random_tensor(of_src(src).shape(), DType::f64, 3);
      const Comparison data = check_gradient(
          of_src, src, upstream, conv2d_backward_data(context, upstream, wei, setting.src, params));
      CHECK_MESSAGE(data.ok, data.message);
      const Comparison filter =
          check_gradient(of_wei, wei, upstream,
                         conv2d_backward_filter(context, src, upstream, setting.wei, params));
      CHECK_MESSAGE(filter.ok, filter.message);
    }
  }
}

// One output channel, the identity: what is fused is all there is to see.
TEST_CASE("a fused pool is the pool of what ReLU lets through, and its mask leads back") {
  Context context;
  const Tensor src = Tensor::from<float>({1, 3, 4, 1}, {1, 5, -1, -2, 3, 5, -4, -3, 9, 9, 9, 9});
  const Tensor wei = Tensor::full({1, 1, 1, 1}, 1),
               upstream = Tensor::from<float>({1, 1, 2, 1}, {8, 4});
  const auto check = [&](const Conv2dParams& params, const std::vector<float>& dst,
                         const std::vector<float>& grad) {
    const Conv2dForward forward = conv2d_forward(context, src, wei, {}, params, true);
    CHECK(compare_exact(forward.dst, Tensor::from<float>({1, 1, 2, 1}, dst)).ok);
    const Tensor want = Tensor::from<float>({1, 3, 4, 1}, grad);
    const Conv2dUpstream back(upstream, forward.mask);
    CHECK(compare_exact(conv2d_backward_data(context, back, wei, src.shape(), params), want).ok);
    CHECK(compare_exact(conv2d_backward_activation(context, back, src.shape(), params), want).ok);
  };
  check({.relu = true, .pool = PoolKind::max}, {5, 0}, {0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  check({.pool = PoolKind::max}, {5, -1}, {0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  check({.relu = true, .pool = PoolKind::average}, {3.5f, 0}, {2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0});
  check({.pool = PoolKind::average}, {3.5f, -2.5f}, {2, 2, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0});
}

TEST_CASE("convolutions that cannot be are refused with a clear message") {
  Context context;
  const Tensor src = Tensor::zeros({1, 4, 4, 3}), wei = Tensor::zeros({2, 3, 3, 3});
  const auto forward = [&](const Tensor& s, const Tensor& w, const Tensor& b,
                           const Conv2dParams& params,
                           bool mask = false) { conv2d_forward(context, s, w, b, params, mask); };
  CHECK_THROWS_WITH_AS(forward(src, wei, {}, {.pad = 4, .pad_mode = PadMode::reflect}),
                       doctest::Contains("reflect padding of 4 needs more than 4 pixels"), Error);
  CHECK_THROWS_WITH_AS(forward(src, Tensor::zeros({2, 3, 3, 4}), {}, {}),
                       doctest::Contains("src [1, 4, 4, 3] has 3 channels"), Error);
  CHECK_THROWS_WITH_AS(forward(Tensor::zeros({4, 4, 3}), wei, {}, {}),
                       doctest::Contains("must be [n, h, w, ic]"), Error);
  CHECK_THROWS_WITH_AS(forward(src, Tensor::zeros({2, 5, 3, 3}), {}, {}),
                       doctest::Contains("larger than the padded picture"), Error);
  CHECK_THROWS_WITH_AS(forward(src, wei, Tensor::zeros({3}), {}),
                       doctest::Contains("bias is [3], expected [2]"), Error);
  CHECK_THROWS_WITH_AS(forward(src, wei.to(DType::f64), {}, {}), doctest::Contains("wei is f64"),
                       Error);
  CHECK_THROWS_WITH_AS(forward(src, wei, {}, {.stride = 0}), doctest::Contains("stride 0"), Error);
  CHECK_THROWS_WITH_AS(forward(src, wei, {}, {.pad = -1}), doctest::Contains("padding -1"), Error);
  CHECK_THROWS_WITH_AS(forward(src, wei, {}, {}, true), doctest::Contains("mask"), Error);
  CHECK_THROWS_WITH_AS(forward(Tensor::zeros({0, 4, 4, 3}), wei, {}, {}),
                       doctest::Contains("empty"), Error);
  CHECK_THROWS_WITH_AS(
      conv2d_backward_data(context, Tensor::zeros({1, 4, 4, 2}), wei, {1, 4, 4, 3}, {}),
      doctest::Contains("gradient is [1, 4, 4, 2], expected [1, 2, 2, 2]"), Error);
  CHECK_THROWS_WITH_AS(
      conv2d_backward_data(context, Tensor::zeros({1, 2, 2, 2}), wei, src.shape(), {.relu = true}),
      doctest::Contains("with a mask exactly when"), Error);
  CHECK_THROWS_WITH_AS(forward(Tensor::zeros({1, 3, 3, 3}), wei, {}, {.pool = PoolKind::max}),
                       doctest::Contains("smaller than a window"), Error);
  CHECK_THROWS_AS(
      conv2d_backward_filter(context, src, Tensor::zeros({1, 2, 2, 3}), {2, 3, 3, 3}, {}), Error);
}

}  // namespace
}  // namespace impasto
