#include <doctest/doctest.h>

#include "style/image.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

TEST_CASE("fit_size keeps the aspect ratio, rounds, and never loses a side") {
  CHECK(fit_size({512, 768}, 0) == ImageSize{512, 768});
  CHECK(fit_size({512, 768}, 768) == ImageSize{512, 768});
  CHECK(fit_size({512, 768}, 384) == ImageSize{256, 384});
  CHECK(fit_size({768, 512}, 100) == ImageSize{100, 67});  // 66.67
  CHECK(fit_size({3, 2}, 5) == ImageSize{5, 3});           // 3.33
  CHECK(fit_size({2, 4}, 1) == ImageSize{1, 1});           // a half rounds up
  CHECK(fit_size({1, 5000}, 100) == ImageSize{1, 100});
  CHECK(fit_size({1, 1}, 300) == ImageSize{300, 300});
  CHECK_THROWS_AS(fit_size({4, 4}, -1), Error);
  CHECK_THROWS_AS(fit_size({0, 4}, 8), Error);
}

TEST_CASE("a picture of the right size is handed through") {
  Context context;
  const Image picture = test::noisy_gradient(6, 9);
  CHECK(resize_image(context, picture, {6, 9}).rgb.data<float>() == picture.rgb.data<float>());
}

TEST_CASE("resizing keeps flat colours, and alpha follows") {
  Context context;
  Image picture{Tensor::full({20, 30, 3}, 100), Tensor::full({20, 30}, 60)};
  for (ImageSize size : {ImageSize{7, 11}, ImageSize{45, 64}, ImageSize{1, 1}, ImageSize{20, 10}}) {
    for (ResizeMode mode : {ResizeMode::area, ResizeMode::lanczos}) {
      const Image resized = resize_image(context, picture, size, mode);
      CHECK(test::compare(resized.rgb, Tensor::full({size.h, size.w, 3}, 100), 1e-4).ok);
      CHECK(test::compare(resized.alpha, Tensor::full({size.h, size.w}, 60), 1e-4).ok);
    }
  }
}

TEST_CASE("area shrinking is the mean of what a pixel covers") {
  Context context;
  const Image picture{Tensor::from<float>({2, 2, 3}, {0, 10, 20, 4, 10, 20, 8, 10, 24, 12, 10, 24}),
                      {}};
  const Image resized = resize_image(context, picture, {1, 1}, ResizeMode::area);
  CHECK(test::compare(resized.rgb, Tensor::from<float>({1, 1, 3}, {6, 10, 22}), 1e-5).ok);
}

TEST_CASE("overshoot at an edge is clamped") {
  Context context;
  Image edge{Tensor::zeros({4, 8, 3}), {}};
  for (std::int64_t i = 0; i < edge.rgb.numel(); ++i) {
    if (i / 3 % 8 >= 4) edge.rgb.data<float>()[i] = 255;
  }
  for (ImageSize size : {ImageSize{8, 16}, ImageSize{3, 6}}) {
    const Image resized = resize_image(context, edge, size);
    float low = 0, high = 0;
    for (float value : resized.rgb.values<float>()) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
    CHECK(low == 0);
    CHECK(high == 255);
  }
}

TEST_CASE("sizes without pixels or with too many are refused") {
  Context context;
  const Image picture = test::noisy_gradient(2, 2);
  const auto refused = [&](ImageSize size) {
    return test::input_error([&] { resize_image(context, picture, size); });
  };
  CHECK(refused({100000, 100000}).find("100000 x 100000") != std::string::npos);
  CHECK_THROWS_AS(resize_image(context, picture, {0, 5}), Error);
}

}  // namespace
}  // namespace impasto
