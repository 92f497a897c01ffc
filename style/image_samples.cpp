// What every decoder ends in: plausible sizes, and samples turned into floats.
#include <algorithm>

#include "style/image_codecs.h"

namespace impasto::image_codecs {

bool starts_with(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::uint32_t big_endian(Bytes bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

void check_size(const std::string& name, ImageSize size) {
  const auto [h, w] = size;
  if (w <= 0 || h <= 0) {
    throw InputError(fmt::format("'{}' is a picture of {} x {} pixels: there is nothing to see",
                                 name, std::max<std::int64_t>(w, 0), std::max<std::int64_t>(h, 0)));
  }
  if (w > kMaxPixels / h) {
    throw InputError(
        fmt::format("'{}' claims {} x {} pixels, above the limit of {} million: scale "
                    "it down with another program first",
                    name, w, h, kMaxPixels / 1'000'000));
  }
}

void check_plausible(const std::string& name, ImageSize size, std::int64_t bytes,
                     std::int64_t pixels_per_byte) {
  if (size.h * size.w > bytes * pixels_per_byte) {
    throw InputError(
        fmt::format("'{}' claims {} x {} pixels but has only {} bytes: it is truncated "
                    "or damaged, fetch it again",
                    name, size.w, size.h, bytes));
  }
}

template <class T>
Image from_samples(std::span<const T> samples, ImageSize size, int channels, double full) {
  const std::int64_t pixels = size.h * size.w;
  IMPASTO_CHECK(static_cast<std::int64_t>(samples.size()) == pixels * channels,
                "image: {} samples for {} x {} x {}", samples.size(), size.h, size.w, channels);
  const bool grey = channels <= 2;
  const bool has_alpha = channels % 2 == 0;
  const auto value = [&](std::int64_t i) {
    const auto sample = static_cast<double>(samples[static_cast<std::size_t>(i)]);
    return static_cast<float>(std::min(sample * 255 / full, 255.0));
  };
  Image image{Tensor::empty({size.h, size.w, 3}),
              has_alpha ? Tensor::empty({size.h, size.w}) : Tensor{}};
  float* rgb = image.rgb.data<float>();
  bool opaque = true;
  for (std::int64_t i = 0; i < pixels; ++i) {
    const std::int64_t first = i * channels;
    for (int c = 0; c < 3; ++c) rgb[i * 3 + c] = value(grey ? first : first + c);
    if (!has_alpha) continue;
    image.alpha.data<float>()[i] = value(first + channels - 1);
    opaque = opaque && image.alpha.data<float>()[i] == 255;
  }
  if (opaque) image.alpha = {};
  return image;
}

template Image from_samples(std::span<const std::uint8_t>, ImageSize, int, double);
template Image from_samples(std::span<const std::uint16_t>, ImageSize, int, double);

}  // namespace impasto::image_codecs
