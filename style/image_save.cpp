#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <vector>

#include <stb/stb_image_write.h>

#include "style/image.h"
#include "tensor/atomic_file.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

enum class Format : std::uint8_t { png, jpeg, bmp, tga, safetensors };

struct Extension {
  std::string_view name;
  Format format;
};
constexpr std::array<Extension, 6> kExtensions = {{{".png", Format::png},
                                                   {".jpg", Format::jpeg},
                                                   {".jpeg", Format::jpeg},
                                                   {".bmp", Format::bmp},
                                                   {".tga", Format::tga},
                                                   {".safetensors", Format::safetensors}}};

Format format_of(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string known;
  for (const auto& [name, format] : kExtensions) {
    if (extension == name) return format;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  throw InputError(fmt::format("cannot write '{}': the name of a picture ends in one of {}",
                               path.string(), known));
}

void check_values(const Tensor& tensor, const fs::path& path) {
  for (float value : tensor.values<float>()) {
    IMPASTO_CHECK(std::isfinite(value), "'{}' not written: the picture has a value {}",
                  path.string(), value);
  }
}

void check_picture(const Image& image, const fs::path& path) {
  const Shape& shape = image.rgb.shape();
  IMPASTO_CHECK(shape.rank() == 3 && shape[2] == 3 && shape.numel() > 0,
                "save_image: rgb is {}, expected [h, w, 3]", shape.to_string());
  check_values(image.rgb, path);
  if (!image.alpha.defined()) return;
  IMPASTO_CHECK((image.alpha.shape() == Shape{shape[0], shape[1]}),
                "save_image: alpha is {}, picture {}", image.alpha.shape().to_string(),
                shape.to_string());
  check_values(image.alpha, path);
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0f, 255.0f)));
}

std::vector<std::uint8_t> interleave(const Image& image, int channels) {
  const std::int64_t pixels = image.height() * image.width();
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(pixels * channels));
  const float* rgb = image.rgb.data<float>();
  const float* alpha = channels == 4 ? image.alpha.data<float>() : nullptr;
  std::uint8_t* next = bytes.data();
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < 3; ++c) *next++ = to_byte(rgb[i * 3 + c]);
    if (alpha != nullptr) *next++ = to_byte(alpha[i]);
  }
  return bytes;
}

void append(void* sink, void* data, int count) {
  const auto* bytes = static_cast<const std::byte*>(data);
  static_cast<std::vector<std::byte>*>(sink)->insert(
      static_cast<std::vector<std::byte>*>(sink)->end(), bytes, bytes + count);
}

std::vector<std::byte> encode(const Image& image, Format format, int jpeg_quality) {
  const int channels = image.alpha.defined() && format != Format::jpeg ? 4 : 3;
  const std::vector<std::uint8_t> samples = interleave(image, channels);
  const int w = static_cast<int>(image.width()), h = static_cast<int>(image.height());
  std::vector<std::byte> file;
  int done = 0;
  switch (format) {
    case Format::png:
      done = stbi_write_png_to_func(append, &file, w, h, channels, samples.data(), w * channels);
      break;
    case Format::jpeg:
      done = stbi_write_jpg_to_func(append, &file, w, h, channels, samples.data(), jpeg_quality);
      break;
    case Format::bmp:
      done = stbi_write_bmp_to_func(append, &file, w, h, channels, samples.data());
      break;
    case Format::tga:
      done = stbi_write_tga_to_func(append, &file, w, h, channels, samples.data());
      break;
    case Format::safetensors:
      break;
  }
  if (done == 0) throw OutOfMemory(samples.size(), samples.size());
  return file;
}

// 16-bit sizes in the file.
void check_side(const Image& image, Format format, const fs::path& path) {
  if (format != Format::jpeg && format != Format::tga) return;
  if (std::max(image.height(), image.width()) > 65535) {
    throw InputError(
        fmt::format("cannot write '{}': {} x {} pixels do not fit this format, use .png",
                    path.string(), image.width(), image.height()));
  }
}

}  // namespace

void save_image(const fs::path& path, const Image& image, int jpeg_quality) {
  const Format format = format_of(path);
  check_picture(image, path);
  check_side(image, format, path);
  if (jpeg_quality < 1 || jpeg_quality > 100) {
    throw InputError(fmt::format("JPEG quality {}: give a number from 1 to 100", jpeg_quality));
  }
  if (format == Format::safetensors) {
    NamedTensors file{{{"image", image.rgb}}, {}};
    if (image.alpha.defined()) file.tensors.emplace("alpha", image.alpha);
    return write_safetensors(path, file);
  }
  write_file_atomically(path.string(), encode(image, format, jpeg_quality));
}

void check_writable(const fs::path& path) {
  static_cast<void>(format_of(path));
  std::error_code error;
  static_cast<void>(fs::status(path, error));
  if (error == std::errc::filename_too_long) {
    throw InputError(fmt::format("cannot write '{}': {}", path.string(), error.message()));
  }
  const AtomicFile probe(path.string());  // creates its temporary file, and removes it again
}

}  // namespace impasto
