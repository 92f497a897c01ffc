#include "style/colour.h"

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

// The definition, with the matrix of BT.601 and its inverse solved for.
Tensor by_matrix(const Tensor& content, const Tensor& result) {
  Tensor dst = Tensor::empty(content.shape());
  for (std::int64_t i = 0; i < content.numel(); i += 3) {
    const float* light = result.data<float>() + i;
    const float* paint = content.data<float>() + i;
    const auto luminance = [](const float* p) {
      return 0.299 * double{p[0]} + 0.587 * double{p[1]} + 0.114 * double{p[2]};
    };
    const double y = luminance(light);
    const double u = 0.492 * (double{paint[2]} - luminance(paint));
    const double v = 0.877 * (double{paint[0]} - luminance(paint));
    const double r = y + v / 0.877, b = y + u / 0.492;
    const double g = (y - 0.299 * r - 0.114 * b) / 0.587;
    dst.data<float>()[i] = static_cast<float>(r);
    dst.data<float>()[i + 1] = static_cast<float>(g);
    dst.data<float>()[i + 2] = static_cast<float>(b);
  }
  return dst;
}

TEST_CASE("the result's luminance with the content's chrominance") {
  Tensor content = test::noisy_gradient(7, 9, 1).rgb, result = test::noisy_gradient(7, 9, 2).rgb;
  // Small chrominance, so that nothing is clamped.
  for (float& value : content.values<float>()) value = 100 + value / 8;
  for (float& value : result.values<float>()) value = 60 + value / 2;
  const test::Comparison comparison =
      test::compare(with_colours_of(content, result), by_matrix(content, result), 1e-4);
  CHECK_MESSAGE(comparison.ok, comparison.message);
}

TEST_CASE("a grey photograph stays grey, and a picture keeps its own colours") {
  const Tensor result = test::noisy_gradient(5, 6).rgb;
  CHECK(test::compare(with_colours_of(result, result), result, 1e-5).ok);
  const Tensor grey = with_colours_of(Tensor::full({5, 6, 3}, 90), result);
  for (std::int64_t i = 0; i < grey.numel(); i += 3) {
    CHECK(grey.data<float>()[i] == grey.data<float>()[i + 1]);
    CHECK(grey.data<float>()[i] == grey.data<float>()[i + 2]);
  }
}

TEST_CASE("what leaves 0..255 is clamped") {
  const Tensor white = Tensor::full({1, 1, 3}, 255);
  const Tensor pink = with_colours_of(Tensor::from<float>({1, 1, 3}, {255, 0, 0}), white);
  CHECK(pink.data<float>()[0] == 255);
  CHECK(pink.data<float>()[1] == doctest::Approx(255 - 0.299 * 255));
}

TEST_CASE("pictures of different size do not mix") {
  CHECK_THROWS_AS(with_colours_of(Tensor::zeros({2, 3, 3}), Tensor::zeros({3, 2, 3})), Error);
}

}  // namespace
}  // namespace impasto
