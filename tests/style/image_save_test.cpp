#include <cmath>

#include <doctest/doctest.h>

#include "style/image.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

Image with_alpha(Image image) {
  image.alpha = Tensor::empty({image.height(), image.width()});
  for (std::int64_t i = 0; i < image.alpha.numel(); ++i) {
    image.alpha.data<float>()[i] = static_cast<float>(i * 7 % 256);
  }
  return image;
}

TEST_CASE("formats without loss give back whole numbers, and alpha") {
  const test::Folder folder;
  const Image opaque = test::noisy_gradient(17, 31);
  const Image transparent = with_alpha(opaque);
  for (const char* name : {"a.png", "a.bmp", "a.tga", "a.safetensors", "A.PNG"}) {
    CAPTURE(name);
    save_image(folder / name, opaque);
    const Image back = load_image(folder / name);
    CHECK(test::compare_exact(back.rgb, opaque.rgb).ok);
    CHECK(!back.alpha.defined());
    save_image(folder / name, transparent);
    const Image with = load_image(folder / name);
    CHECK(test::compare_exact(with.rgb, opaque.rgb).ok);
    REQUIRE(with.alpha.defined());
    CHECK(test::compare_exact(with.alpha, transparent.alpha).ok);
  }
}

TEST_CASE("JPEG comes back near, nearer with more quality, and drops alpha") {
  const test::Folder folder;
  const Image picture = with_alpha(test::noisy_gradient(32, 48));
  double errors[2];
  for (int i = 0; i < 2; ++i) {
    save_image(folder / "a.jpeg", picture, i == 0 ? 30 : 98);
    const Image back = load_image(folder / "a.jpeg");
    CHECK(!back.alpha.defined());
    errors[i] = test::relative_error(back.rgb, picture.rgb);
  }
  CHECK(errors[1] < 0.02);
  CHECK(errors[1] < errors[0] / 2);
}

TEST_CASE("values are clamped and rounded to nearest") {
  const test::Folder folder;
  const Image picture{Tensor::from<float>({1, 2, 3}, {-3, 0.49f, 0.5f, 254.5f, 254.4f, 300}), {}};
  save_image(folder / "a.png", picture);
  const Tensor want = Tensor::from<float>({1, 2, 3}, {0, 0, 1, 255, 254, 255});
  CHECK(test::compare_exact(load_image(folder / "a.png").rgb, want).ok);
}

TEST_CASE("safetensors keep every bit, also outside 0..255") {
  const test::Folder folder;
  const Image picture{Tensor::from<float>({1, 1, 3}, {-3.25f, 1.0f / 3, 1e6f}), {}};
  save_image(folder / "a.safetensors", picture);
  CHECK(test::compare_exact(load_image(folder / "a.safetensors").rgb, picture.rgb).ok);
}

TEST_CASE("a picture with a value that is not finite is never written") {
  const test::Folder folder;
  for (float poison : {NAN, INFINITY, -INFINITY}) {
    for (const char* name : {"a.png", "a.safetensors"}) {
      Image picture = with_alpha(test::noisy_gradient(4, 5));
      picture.rgb.data<float>()[7] = poison;
      CHECK_THROWS_AS(save_image(folder / name, picture), Error);
      picture = with_alpha(test::noisy_gradient(4, 5));
      picture.alpha.data<float>()[3] = poison;
      CHECK_THROWS_AS(save_image(folder / name, picture), Error);
    }
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("a failed save leaves what was there") {
  const test::Folder folder;
  Image picture = test::noisy_gradient(4, 5);
  save_image(folder / "a.png", picture);
  const test::FileBytes before = test::read_bytes(folder / "a.png");
  picture.rgb.data<float>()[0] = NAN;
  CHECK_THROWS_AS(save_image(folder / "a.png", picture), Error);
  CHECK(test::read_bytes(folder / "a.png") == before);
  CHECK(folder.count() == 1);
}

TEST_CASE("what cannot be written is known early, in words, and leaves nothing behind") {
  const test::Folder folder;
  const auto message = [&](const std::filesystem::path& path) {
    const std::string early = test::input_error([&] { check_writable(path); });
    const std::string late =
        test::input_error([&] { save_image(path, test::noisy_gradient(2, 2)); });
    CHECK(early.find(path.string()) != std::string::npos);
    CHECK(early == late);
    return early;
  };
  CHECK(message(folder / "a.tiff").find(".png, .jpg") != std::string::npos);
  CHECK(message(folder / "a").find(".png, .jpg") != std::string::npos);
  CHECK(message(folder / "none" / "a.png").find("No such file") != std::string::npos);
  CHECK(message(folder / (std::string(300, 'x') + ".png")).find("too long") != std::string::npos);
  std::filesystem::create_directory(folder / "folder.png");
  message(folder / "folder.png");
  message("/proc/a.png");
  CHECK(folder.count() == 1);

  check_writable(folder / "a.png");
  CHECK(folder.count() == 1);
}

TEST_CASE("sizes and qualities that a format cannot hold are refused") {
  const test::Folder folder;
  const Image wide{Tensor::zeros({1, 65536, 3}), {}};
  for (const char* name : {"a.jpg", "a.tga"}) {
    const std::string message = test::input_error([&] { save_image(folder / name, wide); });
    CHECK(message.find("65536 x 1") != std::string::npos);
  }
  save_image(folder / "a.png", wide);
  CHECK(load_image(folder / "a.png").width() == 65536);
  for (int quality : {0, 101, -5}) {
    test::input_error([&] { save_image(folder / "b.jpg", test::noisy_gradient(2, 2), quality); });
  }
}

TEST_CASE("safetensors that are not pictures are refused") {
  const test::Folder folder;
  const auto refused = [&](const NamedTensors& file, const std::string& words) {
    write_safetensors(folder / "a.safetensors", file);
    const std::string message = test::input_error([&] { load_image(folder / "a.safetensors"); });
    CHECK_MESSAGE(message.find(words) != std::string::npos, message);
  };
  const Tensor good = Tensor::zeros({2, 3, 3});
  refused({{{"picture", good}}, {}}, "no tensor 'image'");
  refused({{{"image", Tensor::zeros({3, 2, 4})}}, {}}, "[height, width, 3]");
  refused({{{"image", Tensor::zeros({1, 2, 3, 3})}}, {}}, "[height, width, 3]");
  refused({{{"image", Tensor::zeros({0, 3, 3})}}, {}}, "0 pixels");
  refused({{{"image", Tensor::full({2, 3, 3}, NAN)}}, {}}, "not finite");
  refused({{{"image", good}, {"alpha", Tensor::zeros({3, 2})}}, {}}, "does not fit");
}

TEST_CASE("safetensors of other float types are pictures") {
  const test::Folder folder;
  const Tensor values = Tensor::from<float>({1, 2, 3}, {0, 1.5f, 255, 3, 128, 77});
  for (DType dtype : {DType::f64, DType::f16}) {
    write_safetensors(folder / "a.safetensors", {{{"image", values.to(dtype)}}, {}});
    CHECK(test::compare_exact(load_image(folder / "a.safetensors").rgb, values).ok);
  }
}

}  // namespace
}  // namespace impasto
