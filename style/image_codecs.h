// The parts behind decode_image. Each refuses with an InputError that begins with `name`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "style/image.h"

namespace impasto::image_codecs {

using Bytes = std::span<const std::uint8_t>;

bool starts_with(Bytes bytes, std::string_view magic);
std::uint32_t big_endian(Bytes bytes);  // of the first four

// Refuses 0 pixels, more than kMaxPixels, and more than `bytes` bytes could possibly encode.
void check_size(const std::string& name, ImageSize size);
void check_plausible(const std::string& name, ImageSize size, std::int64_t bytes,
                     std::int64_t pixels_per_byte);

// Walks the chunks of a PNG file: whole, in bounds and with the right checksums up to IEND.
void check_png(Bytes bytes, const std::string& name);

// Walks the segments of a JPEG file: whole, with every table that its scans need.
void check_jpeg(Bytes bytes, const std::string& name);

Image decode_pnm(Bytes bytes, const std::string& name);
Image decode_with_stb(Bytes bytes, const std::string& name);

// 1..8 as in the EXIF standard; 1, upright, when the JPEG file says nothing sensible.
int exif_orientation(Bytes jpeg);
Image make_upright(const Image& image, int orientation);

// Splits interleaved samples of 1 (grey), 2 (grey, alpha), 3 or 4 channels; value = sample * 255 /
// full. An alpha that is full everywhere is dropped.
template <class T>
Image from_samples(std::span<const T> samples, ImageSize size, int channels, double full);

}  // namespace impasto::image_codecs
