// Every other format, by stb_image.
//
// stb_image goes on with zeros where a file ends early and returns half a picture as if nothing had
// happened. It therefore reads through callbacks that notice any demand for bytes beyond the end.
#include <algorithm>
#include <cstring>
#include <memory>

#include <stb/stb_image.h>

#include "style/image_codecs.h"

namespace impasto::image_codecs {
namespace {

class WatchedReader {
 public:
  explicit WatchedReader(Bytes bytes) : bytes_(bytes) {}

  bool overrun() const { return overrun_; }

  static const stbi_io_callbacks& callbacks() {
    static const stbi_io_callbacks kCallbacks = {
        [](void* self, char* dst, int count) {
          return static_cast<WatchedReader*>(self)->read(dst, static_cast<std::size_t>(count));
        },
        [](void* self, int count) { static_cast<WatchedReader*>(self)->skip(count); },
        [](void* self) {
          const auto& reader = *static_cast<WatchedReader*>(self);
          return static_cast<int>(reader.position_ == reader.bytes_.size());
        }};
    return kCallbacks;
  }

 private:
  // Two kinds of reads arrive here. A refill of the decoder's own small buffer, which the first
  // read always is, comes when the buffer is empty: any number of bytes but none will do. Every
  // other read goes straight to its destination and must be served in full.
  int read(char* dst, std::size_t count) {
    if (refill_ == nullptr) refill_ = dst;
    const std::size_t served = std::min(count, bytes_.size() - position_);
    if (served == 0 || (served < count && dst != refill_)) overrun_ = true;
    std::memcpy(dst, bytes_.data() + position_, served);
    std::memset(dst + served, 0, count - served);
    position_ += served;
    return static_cast<int>(served);
  }

  void skip(int count) {
    const std::int64_t target = static_cast<std::int64_t>(position_) + count;
    position_ = static_cast<std::size_t>(std::clamp<std::int64_t>(target, 0, std::ssize(bytes_)));
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  const char* refill_ = nullptr;
  bool overrun_ = false;
};

// Pixels that one byte of the file can stand for at most.
std::int64_t max_pixels_per_byte(Bytes bytes) {
  if (starts_with(bytes, "\x89PNG")) return 1032 * 8;  // deflate; one bit a pixel
  if (starts_with(bytes, "\xFF\xD8"))
    return 1024;  // one bit for the 64 pixels of a block, and some slack
  if (starts_with(bytes, "GIF8")) return 4096;  // longest LZW string
  if (starts_with(bytes, "BM")) return 8;       // never compressed; one bit a pixel
  return 64;                                    // run lengths: at most 128 pixels for two bytes
}

[[noreturn]] void fail(const std::string& name, bool overrun) {
  const std::string reason = stbi_failure_reason() == nullptr ? "" : stbi_failure_reason();
  if (reason == "outofmem") throw OutOfMemory(0, 0);
  if (reason == "unknown image type") {
    throw InputError(
        fmt::format("'{}' is not a picture in a known format: give a PNG, JPEG, BMP, "
                    "GIF, PSD, TGA, PGM, PPM or .safetensors file",
                    name));
  }
  if (overrun) {
    throw InputError(fmt::format("'{}' is a truncated picture: fetch it again", name));
  }
  throw InputError(fmt::format("'{}' cannot be read ({}): save it anew as PNG with another program",
                               name, reason));
}

// Header first: nothing large is allocated for a size that cannot be true.
void check_header(Bytes bytes, const std::string& name) {
  WatchedReader reader(bytes);
  int w = 0, h = 0, channels = 0;
  if (stbi_info_from_callbacks(&WatchedReader::callbacks(), &reader, &w, &h, &channels) == 0) {
    fail(name, reader.overrun());
  }
  const ImageSize size{std::abs(std::int64_t{h}), w};  // BMP: negative when stored from the top
  check_size(name, size);
  check_plausible(name, size, std::ssize(bytes), max_pixels_per_byte(bytes));
}

// stbi_is_16_bit reads the wrong bytes of a PSD header; both formats have the depth in a fixed
// place.
bool is_16_bit(Bytes bytes) {
  if (starts_with(bytes, "\x89PNG")) return bytes.size() > 24 && bytes[24] == 16;
  return starts_with(bytes, "8BPS") && bytes.size() > 23 && bytes[23] == 16;
}

// A PSD with run lengths of 16-bit samples would be read as if they were bytes.
void check_psd(Bytes bytes, const std::string& name) {
  std::size_t at = 26;  // behind the header; palette, resources and layers follow, lengths first
  for (int section = 0; section < 3 && at + 4 <= bytes.size(); ++section) {
    at += 4 + big_endian(bytes.subspan(at));
  }
  if (at + 2 <= bytes.size() && bytes[at + 1] != 0) {
    throw InputError(
        fmt::format("'{}' is a compressed 16-bit PSD file, which cannot be read: save "
                    "it as PNG",
                    name));
  }
}

template <class T, class Load>
Image decode(Bytes bytes, const std::string& name, double full, Load load) {
  WatchedReader reader(bytes);
  int w = 0, h = 0, channels = 0;
  const std::unique_ptr<T, void (*)(void*)> samples(
      load(&WatchedReader::callbacks(), &reader, &w, &h, &channels, 0), stbi_image_free);
  if (samples == nullptr || reader.overrun()) fail(name, reader.overrun());
  const auto count = static_cast<std::size_t>(w) * static_cast<std::size_t>(h) *
                     static_cast<std::size_t>(channels);
  return from_samples(std::span<const T>(samples.get(), count), {h, w}, channels, full);
}

}  // namespace

Image decode_with_stb(Bytes bytes, const std::string& name) {
  check_header(bytes, name);
  if (!is_16_bit(bytes)) return decode<stbi_uc>(bytes, name, 255, stbi_load_from_callbacks);
  if (starts_with(bytes, "8BPS")) check_psd(bytes, name);
  return decode<stbi_us>(bytes, name, 65535, stbi_load_16_from_callbacks);
}

}  // namespace impasto::image_codecs
