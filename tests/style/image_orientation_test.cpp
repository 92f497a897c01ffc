#include <doctest/doctest.h>

#include "style/image.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

enum class Side { top, bottom, left, right };

// The standard's own words: which side of the scene the stored row 0 and column 0 are.
struct Orientation {
  Side row_0, column_0;
};
constexpr Orientation kOrientations[] = {{Side::top, Side::left},     {Side::top, Side::right},
                                         {Side::bottom, Side::right}, {Side::bottom, Side::left},
                                         {Side::left, Side::top},     {Side::right, Side::top},
                                         {Side::right, Side::bottom}, {Side::left, Side::bottom}};

// Puts each stored pixel where the standard says it belongs.
Tensor upright(const Tensor& stored, Orientation orientation) {
  const std::int64_t rows = stored.shape()[0], columns = stored.shape()[1];
  const bool rows_are_rows = orientation.row_0 == Side::top || orientation.row_0 == Side::bottom;
  const std::int64_t h = rows_are_rows ? rows : columns, w = rows_are_rows ? columns : rows;
  Tensor scene = Tensor::empty({h, w, 3});
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      std::int64_t y = 0, x = 0;
      const auto place = [&](Side side, std::int64_t distance) {
        if (side == Side::top) y = distance;
        if (side == Side::bottom) y = h - 1 - distance;
        if (side == Side::left) x = distance;
        if (side == Side::right) x = w - 1 - distance;
      };
      place(orientation.row_0, row);
      place(orientation.column_0, column);
      for (int c = 0; c < 3; ++c) {
        scene.data<float>()[(y * w + x) * 3 + c] =
            stored.data<float>()[(row * columns + column) * 3 + c];
      }
    }
  }
  return scene;
}

TEST_CASE("photographs stand upright, whichever way the camera was held") {
  const test::FileBytes jpeg = test::encode(test::noisy_gradient(13, 22), "photo.jpg");
  const Image stored = decode_image(jpeg, "photo.jpg");
  for (std::uint16_t orientation = 1; orientation <= 8; ++orientation) {
    for (bool big_endian : {false, true}) {
      CAPTURE(orientation);
      CAPTURE(big_endian);
      const Image image =
          decode_image(test::with_orientation(jpeg, orientation, big_endian), "photo.jpg");
      const test::Comparison comparison =
          test::compare_exact(image.rgb, upright(stored.rgb, kOrientations[orientation - 1]));
      CHECK_MESSAGE(comparison.ok, comparison.message);
    }
  }
}

TEST_CASE("an orientation that makes no sense is upright") {
  const test::FileBytes jpeg = test::encode(test::noisy_gradient(13, 22), "photo.jpg");
  const Image stored = decode_image(jpeg, "photo.jpg");
  for (std::uint16_t orientation : std::vector<std::uint16_t>{0, 9, 65535}) {
    const Image image = decode_image(test::with_orientation(jpeg, orientation, true), "photo.jpg");
    CHECK(test::compare_exact(image.rgb, stored.rgb).ok);
  }
}

TEST_CASE("a damaged EXIF block does not spoil the picture") {
  const test::FileBytes jpeg = test::encode(test::noisy_gradient(13, 22), "photo.jpg");
  const test::FileBytes good = test::with_orientation(jpeg, 6, false);
  const std::size_t begin = 12, end = good.size() - jpeg.size() + 2;  // the TIFF block
  for (std::size_t at = begin; at < end; ++at) {
    for (std::uint8_t value : test::FileBytes{0x00, 0x7F, 0x80, 0xFF}) {
      test::FileBytes bad = good;
      bad[at] = value;
      CHECK(decode_image(bad, "photo.jpg").rgb.numel() == 13 * 22 * 3);
    }
  }
}

}  // namespace
}  // namespace impasto
