#include "tools/train/pictures.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "style/image.h"
#include "tensor/error.h"

namespace impasto::train {
namespace {

namespace fs = std::filesystem;

// FNV-1a: the same for everybody, forever. std::hash is not.
struct Fnv {
  std::uint64_t value = 14695981039346656037u;
  void add(const void* data, std::size_t count) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < count; ++i) value = (value ^ bytes[i]) * 1099511628211u;
  }
};

std::uint64_t hash_of(const std::string& name) {
  Fnv hash;
  hash.add(name.data(), name.size());
  return hash.value;
}

bool is_picture(const fs::path& path) {
  static const std::set<std::string> kKnown = {".jpg", ".jpeg", ".png", ".bmp", ".gif",
                                               ".tga", ".psd",  ".pgm", ".ppm"};
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return kKnown.contains(extension);
}

std::vector<fs::path> files_of(const std::vector<std::string>& folders) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (is_picture(entry.path())) files.push_back(entry.path());
    }
    if (error) {
      throw InputError(fmt::format("cannot read the folder {}: {}", folder, error.message()));
    }
  }
  std::ranges::sort(files, [](const fs::path& a, const fs::path& b) {
    return std::pair(a.filename(), a) < std::pair(b.filename(), b);
  });
  return files;
}

Picture load(Context& host, const fs::path& path, std::int64_t short_side) {
  const Image image = load_image(path);
  const std::int64_t shortest = std::min(image.height(), image.width());
  const std::int64_t longest = std::max(image.height(), image.width());
  const ImageSize size = shortest <= short_side ? ImageSize{image.height(), image.width()}
                                                : fit_size({image.height(), image.width()},
                                                           longest * short_side / shortest);
  Tensor rgb = resize_image(host, image, size).rgb;
  for (float& value : rgb.values<float>()) value += 0.5f;  // bytes are truncated
  return {path.filename().string(), rgb.to(DType::u8)};
}

}  // namespace

PictureSet load_pictures(Context& host, const std::vector<std::string>& folders,
                         std::int64_t short_side, int every) {
  PictureSet set;
  std::vector<Picture> all;
  for (const fs::path& path : files_of(folders)) {
    try {
      all.push_back(load(host, path, short_side));
    } catch (const InputError& error) {
      set.skipped.emplace_back(error.what());
    }
  }
  std::ranges::sort(all, {}, [](const Picture& p) { return std::pair(hash_of(p.name), p.name); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool held_out = i % static_cast<std::size_t>(every) == 0 && all.size() > 1;
    (held_out ? set.validation : set.training).push_back(std::move(all[i]));
  }
  if (set.training.empty()) {
    throw InputError(fmt::format("no picture to train on in {}{}", fmt::join(folders, ", "),
                                 set.skipped.empty() ? "" : ": none of them could be read"));
  }
  return set;
}

Tensor to_floats(const Picture& picture) {
  const Shape& s = picture.bytes.shape();
  return picture.bytes.to(DType::f32).reshape({1, s[0], s[1], s[2]});
}

std::string digest_of(const std::vector<Picture>& pictures) {
  Fnv hash;
  for (const Picture& picture : pictures) {
    hash.add(picture.name.c_str(), picture.name.size() + 1);
    hash.add(picture.bytes.raw(), picture.bytes.bytes());
  }
  return fmt::format("{:016x}", hash.value);
}

}  // namespace impasto::train
