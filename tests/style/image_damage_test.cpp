// Damaged files: one clear line, or the whole picture, and never a crash or half a picture.
#include <doctest/doctest.h>

#include "style/image.h"
#include "tensor/random.h"
#include "tests/style/picture_files.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

using test::FileBytes;

struct Sample {
  std::string name;
  FileBytes bytes;
  std::size_t optional = 0;  // bytes at the end that a picture can do without
};

FileBytes fixture(const std::string& name) {
  return test::read_bytes(std::filesystem::path(IMPASTO_FIXTURES) / "pictures" / name);
}

std::vector<Sample> samples() {
  const Image picture = test::noisy_gradient(9, 14);
  Image transparent = picture;
  transparent.alpha = Tensor::full({9, 14}, 77);
  const FileBytes planes(9 * 14 * 3 * 2, 33);
  const FileBytes indices(9 * 14, 1);
  return {{"rgb.png", test::encode(picture, "a.png")},
          {"rgba.png", test::encode(transparent, "a.png")},
          {"deep.png", test::make_png({.w = 14, .h = 9, .depth = 16, .samples = planes})},
          {"palette.png",
           test::make_png(
               {.w = 14, .h = 9, .colour = 3, .samples = indices, .palette = {1, 2, 3, 4, 5, 6}})},
          {"rgb.jpg", test::encode(picture, "a.jpg")},
          {"exif.jpg", test::with_orientation(test::encode(picture, "a.jpg", 60), 6, true)},
          {"progressive.jpg", fixture("progressive.jpg")},
          {"cmyk.jpg", fixture("cmyk.jpg")},
          {"rgb.bmp", test::encode(picture, "a.bmp"), 2},
          {"rgba.bmp", test::encode(transparent, "a.bmp")},
          {"rgb.tga", test::encode(picture, "a.tga")},
          {"rgba.tga", test::encode(transparent, "a.tga")},
          {"runs.tga", fixture("runs.tga"), 26},
          {"frames.gif", fixture("frames.gif"), fixture("frames.gif").size() / 2},
          {"deep.psd", test::make_psd(14, 9, 16, planes)},
          {"rgb.ppm", fixture("frames.gif.ppm")}};
}

TEST_CASE("a truncated picture is refused at every length") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    const Image whole = decode_image(sample.bytes, sample.name);
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      CAPTURE(length);
      const FileBytes part(sample.bytes.begin(),
                           sample.bytes.begin() + static_cast<std::ptrdiff_t>(length));
      try {
        const Image image = decode_image(part, sample.name);
        CHECK(length >= sample.bytes.size() - sample.optional);
        CHECK(test::compare_exact(image.rgb, whole.rgb).ok);
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).find(sample.name) != std::string::npos);
      }
    }
  }
}

// Reads the file or refuses it; anything else fails the test, or the sanitizers do.
void check_survives(const FileBytes& bytes) {
  try {
    const Image image = decode_image(bytes, "changed");
    bool plausible = true;
    for (float value : image.rgb.values<float>()) plausible &= value >= 0 && value <= 255;
    CHECK(plausible);
  } catch (const InputError&) {
  }
}

TEST_CASE("changed bytes never crash a decoder") {
  std::uint64_t counter = 0;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
      CAPTURE(at);
      const auto random = philox(42, counter++);
      FileBytes bytes = sample.bytes;
      bytes[at] ^= static_cast<std::uint8_t>(1u << (random[0] % 8));
      check_survives(bytes);
      // Several at once, and past the checksums.
      bytes[random[1] % bytes.size()] = static_cast<std::uint8_t>(random[2]);
      bytes[random[3] % bytes.size()] = 0xFF;
      if (sample.name.ends_with("png")) test::fix_checksums(bytes);
      check_survives(bytes);
    }
  }
}

TEST_CASE("a PNG with a wrong checksum is refused, in a comment it does not matter") {
  FileBytes png = test::make_png({.w = 2, .h = 1, .samples = {1, 2, 3, 4, 5, 6}});
  FileBytes damaged = png;
  damaged[damaged.size() - 12 - 4 - 4 - 2] ^= 1;  // the last sample: still a valid stream
  const std::string message = test::input_error([&] { decode_image(damaged, "x.png"); });
  CHECK(message.find("'x.png'") != std::string::npos);
  CHECK(message.find("checksum") != std::string::npos);
  const FileBytes comment = {0, 0, 0, 1, 't', 'E', 'X', 't', 'a', 1, 2, 3, 4};
  png.insert(png.begin() + 33, comment.begin(), comment.end());
  CHECK(decode_image(png, "x.png").rgb.numel() == 6);
}

TEST_CASE("a JPEG with too many Huffman codes, or with none, is refused") {
  const FileBytes good = test::encode(test::noisy_gradient(8, 8), "a.jpg");
  std::size_t at = 2;
  while (!(good[at] == 0xFF && good[at + 1] == 0xC4)) ++at;
  for (bool padded : {false, true}) {
    FileBytes crowded = good;
    for (std::size_t i = 0; i < 16; ++i) crowded[at + 5 + i] = 255;
    if (padded) crowded.insert(crowded.begin(), 0xFF);
    FileBytes without = good;
    without[at + 1] = 0xFE;  // a comment
    if (padded) without.insert(without.begin(), 0xFF);
    for (const FileBytes& bytes : {crowded, without}) {
      const std::string message = test::input_error([&] { decode_image(bytes, "x.jpg"); });
      CHECK_MESSAGE(message.find("Huffman table") != std::string::npos, message);
    }
  }
}

void check_refused(const std::string& name, const FileBytes& bytes, const std::string& words) {
  CAPTURE(name);
  const test::Folder folder;
  test::write_bytes(folder / name, bytes);
  const std::string message = test::input_error([&] { load_image(folder / name); });
  CHECK(message.find((folder / name).string()) != std::string::npos);
  CHECK_MESSAGE(message.find(words) != std::string::npos, message);
}

FileBytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST_CASE("what is not a picture is refused in words") {
  check_refused("empty.png", {}, "is empty");
  check_refused("text.png", bytes_of("Dear diary, this is not a picture.\n"), "not a picture");
  check_refused("letter.jpg", bytes_of("B"), "not a picture");
  check_refused("marks.bmp", bytes_of("BMW is a car"), "not a picture");
  const test::Folder folder;
  CHECK(test::input_error([&] { load_image(folder / "none.png"); }).find("No such file") !=
        std::string::npos);
  CHECK(test::input_error([&] { load_image(folder / "."); }).find("is a folder") !=
        std::string::npos);
}

FileBytes jpeg_of_size(std::uint16_t w, std::uint16_t h) {
  FileBytes jpeg = test::encode(test::noisy_gradient(8, 8), "a.jpg");
  for (std::size_t at = 0; at + 9 < jpeg.size(); ++at) {
    if (jpeg[at] != 0xFF || jpeg[at + 1] != 0xC0) continue;
    jpeg[at + 5] = static_cast<std::uint8_t>(h >> 8);
    jpeg[at + 6] = static_cast<std::uint8_t>(h);
    jpeg[at + 7] = static_cast<std::uint8_t>(w >> 8);
    jpeg[at + 8] = static_cast<std::uint8_t>(w);
    break;
  }
  return jpeg;
}

FileBytes bmp_of_size(std::int32_t w, std::int32_t h) {
  FileBytes bmp = test::encode(test::noisy_gradient(2, 2), "a.bmp");
  for (int i = 0; i < 4; ++i) {
    bmp[18 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(w >> (8 * i));
    bmp[22 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(h >> (8 * i));
  }
  return bmp;
}

TEST_CASE("pictures without a pixel are refused") {
  check_refused("zero.png", test::make_png({.w = 0, .h = 5}), "0 x 5");
  check_refused("zero.bmp", bmp_of_size(0, 2), "0 x 2");
  check_refused("zero.ppm", bytes_of("P6 3 0 255\n "), "3 x 0");
  check_refused("zero.jpg", jpeg_of_size(0, 8), "zero.jpg");
  check_refused("zero.gif", bytes_of({"GIF89a\0\0\0\0\0\0\0;", 14}), "0 x 0");
}

TEST_CASE("a claim of too many pixels is refused before memory is asked for") {
  check_refused("huge.png", test::make_png({.w = 30000, .h = 30000}), "30000 x 30000");
  check_refused("huge.jpg", jpeg_of_size(30000, 30000), "30000 x 30000");
  check_refused("huge.bmp", bmp_of_size(30000, -30000), "30000 x 30000");
  check_refused("huge.ppm", bytes_of("P6 30000 30000 255\n "), "30000 x 30000");
  check_refused("wide.png", test::make_png({.w = 2147483647, .h = 2147483647}), "2147483647");
  check_refused("lying.png", test::make_png({.w = 16000, .h = 16000}), "only");
  check_refused("lying.jpg", jpeg_of_size(16000, 16000), "only");
  check_refused("lying.bmp", bmp_of_size(16000, 16000), "only");
}

}  // namespace
}  // namespace impasto
