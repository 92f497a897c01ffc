// Binary PGM and PPM (P5, P6): scaled by the file's own maximum, two bytes a sample above 255, most
// significant first. stb_image reads these too, but takes the maximum for 255 and swaps bytes.
// Format: https://netpbm.sourceforge.net/doc/ppm.html
#include <cctype>
#include <charconv>
#include <vector>

#include "style/image_codecs.h"

namespace impasto::image_codecs {
namespace {

class HeaderReader {
 public:
  HeaderReader(Bytes bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::int64_t number() {
    skip_space_and_comments();
    std::int64_t value = 0;
    const char* begin = reinterpret_cast<const char*>(bytes_.data()) + position_;
    const char* end = reinterpret_cast<const char*>(bytes_.data()) + bytes_.size();
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error != std::errc{} || value < 0) fail();
    position_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

  // What follows the one blank that ends the header.
  Bytes rest() const {
    if (position_ >= bytes_.size()) fail();
    return bytes_.subspan(position_ + 1);
  }

  [[noreturn]] void fail() const {
    throw InputError(
        fmt::format("'{}' is a damaged PGM or PPM file: its header cannot be read", name_));
  }

 private:
  void skip_space_and_comments() {
    bool comment = false;
    for (; position_ < bytes_.size(); ++position_) {
      const std::uint8_t c = bytes_[position_];
      comment = c == '#' || (comment && c != '\n' && c != '\r');
      if (!comment && std::isspace(c) == 0) return;
    }
  }

  Bytes bytes_;
  const std::string& name_;
  std::size_t position_ = 2;  // after the magic
};

}  // namespace

Image decode_pnm(Bytes bytes, const std::string& name) {
  HeaderReader header(bytes, name);
  const int channels = bytes[1] == '6' ? 3 : 1;
  const std::int64_t w = header.number();
  const std::int64_t h = header.number();
  const std::int64_t full = header.number();
  check_size(name, {h, w});
  if (full < 1 || full > 65535) header.fail();
  const Bytes data = header.rest();
  const auto count = static_cast<std::size_t>(h * w * channels);
  const std::size_t sample_bytes = full > 255 ? 2 : 1;
  if (data.size() / sample_bytes < count) {
    throw InputError(
        fmt::format("'{}' is truncated: it has {} of {} bytes of pixels, fetch it again", name,
                    data.size(), count * sample_bytes));
  }
  if (sample_bytes == 1) {
    return from_samples(data.first(count), {h, w}, channels, static_cast<double>(full));
  }
  std::vector<std::uint16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<std::uint16_t>(data[2 * i] << 8 | data[2 * i + 1]);
  }
  return from_samples(std::span<const std::uint16_t>(samples), {h, w}, channels,
                      static_cast<double>(full));
}

}  // namespace impasto::image_codecs
