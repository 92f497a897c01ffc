// Pictures: reading, writing and scaling. A picture is interleaved RGB in floats of 0..255 on the
// host, whatever the file held; 16-bit files keep their precision as fractions.
//
// What users get wrong with files ends in one InputError that names the file. A damaged file is
// refused, never half shown: decoders that would fill what is missing with grey are watched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "ops/resize/resize.h"
#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

struct Image {
  Tensor rgb;    // [h, w, 3] f32
  Tensor alpha;  // [h, w] f32; undefined when the picture is opaque

  std::int64_t height() const { return rgb.shape()[0]; }
  std::int64_t width() const { return rgb.shape()[1]; }
};

// No picture may claim more pixels than this (16384 x 16384), nor a file more bytes. The limit is
// checked on the header, before anything of that size is allocated.
inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;
inline constexpr std::size_t kMaxImageFileBytes = (std::size_t{1} << 31) - 1;

// PNG, JPEG (upright, by its EXIF orientation), BMP, GIF (its first frame), PSD, TGA, PGM and PPM,
// recognised by content; or by its name NAME.safetensors: tensor `image` [h, w, 3] and optionally
// `alpha` [h, w], any float type, 0..255, whose values are kept even where they leave that range.
Image load_image(const std::filesystem::path& path);

// The same for a file in memory (not safetensors); `name` appears in messages.
Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name);

// The name's extension chooses the format: .png, .jpg, .jpeg, .bmp, .tga, or .safetensors for the
// exact floats. Elsewhere values are clamped and rounded to 8 bits; JPEG drops alpha. The file is
// replaced as a whole or not at all. Throws Error when a value is not finite.
void save_image(const std::filesystem::path& path, const Image& image, int jpeg_quality = 95);

// Throws the InputError that save_image would end in for this path, before any work is done. Leaves
// nothing behind.
void check_writable(const std::filesystem::path& path);

struct ImageSize {
  std::int64_t h = 0, w = 0;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

// The size with that long side and the same aspect ratio, the short side rounded and at least 1.
// 0 keeps the size.
ImageSize fit_size(ImageSize size, std::int64_t long_side);

// Scaled and clamped to 0..255: `shrink` (area or lanczos) down, bicubic up. Shares the tensors of
// `image` where the size is already right.
Image resize_image(Context& context, const Image& image, ImageSize size,
                   ResizeMode shrink = ResizeMode::lanczos);

}  // namespace impasto
