// What each kind of file holds arrives as the right numbers.
#include <doctest/doctest.h>

#include "style/image.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

using test::FileBytes;

std::vector<float> rgb_of(const Image& image) {
  const auto values = image.rgb.values<float>();
  return {values.begin(), values.end()};
}

std::vector<float> alpha_of(const Image& image) {
  const auto values = image.alpha.values<float>();
  return {values.begin(), values.end()};
}

Image decode(const FileBytes& bytes) {
  return decode_image(bytes, "test");
}

FileBytes text(std::string_view header, const FileBytes& data) {
  FileBytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

TEST_CASE("PNG: RGB, grey, grey with alpha, RGBA") {
  const Image rgb = decode(test::make_png({.w = 2, .h = 1, .samples = {1, 2, 3, 255, 0, 7}}));
  CHECK(rgb_of(rgb) == std::vector<float>{1, 2, 3, 255, 0, 7});
  CHECK(!rgb.alpha.defined());

  const Image grey = decode(test::make_png({.w = 1, .h = 2, .colour = 0, .samples = {9, 200}}));
  CHECK(grey.rgb.shape() == Shape{2, 1, 3});
  CHECK(rgb_of(grey) == std::vector<float>{9, 9, 9, 200, 200, 200});

  const Image grey_alpha =
      decode(test::make_png({.w = 2, .h = 1, .colour = 4, .samples = {9, 5, 8, 255}}));
  CHECK(rgb_of(grey_alpha) == std::vector<float>{9, 9, 9, 8, 8, 8});
  CHECK(alpha_of(grey_alpha) == std::vector<float>{5, 255});

  const Image rgba = decode(test::make_png({.w = 1, .h = 1, .colour = 6, .samples = {1, 2, 3, 4}}));
  CHECK(rgb_of(rgba) == std::vector<float>{1, 2, 3});
  CHECK(alpha_of(rgba) == std::vector<float>{4});
}

TEST_CASE("PNG: an alpha channel that is full everywhere is dropped") {
  const FileBytes samples = {1, 2, 3, 255, 4, 5, 6, 255};
  CHECK(!decode(test::make_png({.w = 2, .h = 1, .colour = 6, .samples = samples})).alpha.defined());
}

TEST_CASE("PNG: 16 bits keep their precision") {
  const FileBytes samples = {0x00, 0x01, 0x80, 0x00, 0xFF, 0xFF};
  const Image image = decode(test::make_png({.w = 1, .h = 1, .depth = 16, .samples = samples}));
  CHECK(rgb_of(image) == std::vector<float>{1.0f / 257, 32768.0f / 257, 255});
  const FileBytes grey_alpha = {0x12, 0x34, 0x00, 0x80};
  const Image grey =
      decode(test::make_png({.w = 1, .h = 1, .depth = 16, .colour = 4, .samples = grey_alpha}));
  CHECK(rgb_of(grey)[2] == static_cast<float>(0x1234 / 257.0));
  CHECK(alpha_of(grey) == std::vector<float>{static_cast<float>(128 / 257.0)});
}

TEST_CASE("PNG: palette of 2, 4 and 8 bits, transparent entries, a transparent colour") {
  const FileBytes palette = {10, 20, 30, 40, 50, 60, 70, 80, 90};
  const Image two = decode(test::make_png(
      {.w = 3, .h = 1, .depth = 2, .colour = 3, .samples = {0x24 << 2}, .palette = palette}));
  CHECK(rgb_of(two) == std::vector<float>{70, 80, 90, 40, 50, 60, 10, 20, 30});
  CHECK(!two.alpha.defined());
  const Image eight = decode(test::make_png(
      {.w = 2, .h = 1, .colour = 3, .samples = {1, 0}, .palette = palette, .transparency = {128}}));
  CHECK(rgb_of(eight) == std::vector<float>{40, 50, 60, 10, 20, 30});
  CHECK(alpha_of(eight) == std::vector<float>{255, 128});
  const Image keyed = decode(test::make_png(
      {.w = 2, .h = 1, .samples = {1, 2, 3, 4, 5, 6}, .transparency = {0, 4, 0, 5, 0, 6}}));
  CHECK(alpha_of(keyed) == std::vector<float>{255, 0});
}

TEST_CASE("PNG: one pixel is a picture") {
  CHECK(decode(test::make_png({.samples = {1, 2, 3}})).rgb.shape() == Shape{1, 1, 3});
}

TEST_CASE("PGM and PPM: comments, own maximum, 16 bits") {
  CHECK(rgb_of(decode(text("P6 2 1 255\n", {1, 2, 3, 4, 5, 6}))) ==
        std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(rgb_of(decode(text("P5\n# made by hand\n1 2 # size\n100\n", {0, 100}))) ==
        std::vector<float>{0, 0, 0, 255, 255, 255});
  CHECK(rgb_of(decode(text("P5 1 1 65535\n", {0x12, 0x34})))[0] ==
        static_cast<float>(0x1234 / 257.0));
  for (const char* header : {"P5 1 1 0\n", "P5 1 1 70000\n", "P5 x 1 255\n", "P5 -1 1 255\n"}) {
    CAPTURE(header);
    test::input_error([&] { decode(text(header, {1, 2, 3})); });
  }
}

TEST_CASE("PSD: 8 and 16 bits") {
  CHECK(rgb_of(decode(test::make_psd(2, 1, 8, {1, 2, 3, 4, 5, 6}))) ==
        std::vector<float>{1, 3, 5, 2, 4, 6});
  const FileBytes planes = {0x12, 0x34, 0xFF, 0xFF, 0x00, 0x80};
  CHECK(
      rgb_of(decode(test::make_psd(1, 1, 16, planes))) ==
      std::vector<float>{static_cast<float>(0x1234 / 257.0), 255, static_cast<float>(128 / 257.0)});
}

// Pictures from Pillow, each with the pixels that Pillow itself reads from it (NAME.ppm).
void check_fixture(const std::string& name, double tolerance) {
  CAPTURE(name);
  const std::filesystem::path folder = std::filesystem::path(IMPASTO_FIXTURES) / "pictures";
  const Image got = load_image(folder / name);
  const Image want = load_image(folder / (name + ".ppm"));
  const test::Comparison comparison = test::compare(got.rgb, want.rgb, tolerance);
  CHECK_MESSAGE(comparison.ok, comparison.message);
}

TEST_CASE("pictures of another program read as it reads them") {
  check_fixture("frames.gif", 0);
  check_fixture("filtered.png", 0);
  check_fixture("runs.tga", 0);
  check_fixture("plain.bmp", 0);
  // Decoders may differ in the rounding of the cosine transform and the colour conversion.
  check_fixture("grey.jpg", 2);
  check_fixture("baseline.jpg", 4);
  check_fixture("progressive.jpg", 4);
  check_fixture("cmyk.jpg", 6);
}

TEST_CASE("GIF: the first frame of several, with transparent pixels") {
  const Image image =
      load_image(std::filesystem::path(IMPASTO_FIXTURES) / "pictures" / "transparent.gif");
  REQUIRE(image.alpha.defined());
  CHECK(image.alpha.data<float>()[0] == 0);
  CHECK(image.alpha.data<float>()[image.alpha.numel() - 1] == 255);
}

TEST_CASE("photographs of several programs open") {
  const char* shared = std::getenv("IMPASTO_SHARED");
  if (shared == nullptr) {
    MESSAGE("skipped: IMPASTO_SHARED does not name the folder of shared pictures");
    return;
  }
  int count = 0;
  for (const char* folder : {"content", "style"}) {
    const auto path = std::filesystem::path(shared) / "images" / folder;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      CAPTURE(entry.path().string());
      const Image image = load_image(entry.path());
      CHECK(image.height() > 100);
      CHECK(image.width() > 100);
      ++count;
    }
  }
  CHECK(count > 0);
}

}  // namespace
}  // namespace impasto
