#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <vector>

#include "style/image.h"
#include "style/image_codecs.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;
using namespace image_codecs;

// A whole file, or why not in the words of a user.
std::vector<std::uint8_t> read_bytes(const fs::path& path) {
  const std::string name = path.string();
  std::error_code error;
  if (fs::is_directory(path, error)) {
    throw InputError(fmt::format("'{}' is a folder: give the name of a picture", name));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError(fmt::format("cannot read picture '{}': {}", name, std::strerror(errno)));
  }
  constexpr std::size_t kChunk = 1 << 20;  // by chunks, for a pipe does not tell its length
  std::vector<std::uint8_t> bytes;
  while (file) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kChunk);
    file.read(reinterpret_cast<char*>(bytes.data() + before), kChunk);
    bytes.resize(before + static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > kMaxImageFileBytes) {
      throw InputError(fmt::format("'{}' is larger than 2 GiB, the limit for a picture", name));
    }
  }
  if (file.bad()) throw InputError(fmt::format("cannot read picture '{}': read error", name));
  return bytes;
}

void check_finite(const Tensor& tensor, const std::string& name) {
  for (float value : tensor.values<float>()) {
    if (!std::isfinite(value)) {
      throw InputError(fmt::format("'{}' has values that are not finite: it is no picture", name));
    }
  }
}

Tensor read_plane(const NamedTensors& file, const std::string& key, const std::string& name,
                  bool has_colour) {
  const Tensor& tensor = file.tensors.at(key);
  const Shape& shape = tensor.shape();
  const bool fits = has_colour ? shape.rank() == 3 && shape[2] == 3 : shape.rank() == 2;
  if (!fits || tensor.dtype() == DType::i32 || tensor.dtype() == DType::bits) {
    throw InputError(fmt::format("'{}': tensor '{}' is {} {}, a picture needs {} of floats", name,
                                 key, to_string(tensor.dtype()), shape.to_string(),
                                 has_colour ? "[height, width, 3]" : "[height, width]"));
  }
  check_size(name, {shape[0], shape[1]});
  Tensor result = tensor.to(DType::f32);
  check_finite(result, name);
  return result;
}

Image load_safetensors(const fs::path& path) {
  const std::string name = path.string();
  const NamedTensors file = read_safetensors(path);
  if (!file.tensors.contains("image")) {
    throw InputError(fmt::format("'{}' has no tensor 'image': it is not a picture", name));
  }
  Image image{read_plane(file, "image", name, true), {}};
  if (file.tensors.contains("alpha")) {
    image.alpha = read_plane(file, "alpha", name, false);
    if (image.alpha.shape() != Shape{image.height(), image.width()}) {
      throw InputError(fmt::format("'{}': alpha {} does not fit image {}", name,
                                   image.alpha.shape().to_string(), image.rgb.shape().to_string()));
    }
  }
  return image;
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.empty()) throw InputError(fmt::format("'{}' is empty: it is not a picture", name));
  if (starts_with(bytes, "P5") || starts_with(bytes, "P6")) return decode_pnm(bytes, name);
  if (starts_with(bytes, "\x89PNG\r\n\x1A\n")) check_png(bytes, name);
  // stb_image takes padding in front of the start marker for the beginning of a JPEG file too.
  const bool jpeg = starts_with(bytes, "\xFF\xD8") || starts_with(bytes, "\xFF\xFF");
  if (jpeg) check_jpeg(bytes, name);
  const Image image = decode_with_stb(bytes, name);
  return jpeg ? make_upright(image, exif_orientation(bytes)) : image;
}

Image load_image(const fs::path& path) {
  if (path.extension() == ".safetensors") return load_safetensors(path);
  return decode_image(read_bytes(path), path.string());
}

}  // namespace impasto
