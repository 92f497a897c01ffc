// The frame of a PNG file. stb_image does not look at checksums; here damage is found before it is
// decoded. Ancillary chunks (lower-case first letter) may be wrong, as for libpng: a broken comment
// does not spoil a picture.
#include <algorithm>
#include <array>

#include "style/image_codecs.h"

namespace impasto::image_codecs {
namespace {

constexpr std::size_t kSignature = 8;
constexpr std::size_t kChunkFrame = 12;  // length, type and checksum

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t x = i;
    for (int bit = 0; bit < 8; ++bit) x = (x >> 1) ^ ((x & 1u) != 0 ? 0xEDB88320u : 0u);
    table[i] = x;
  }
  return table;
}

std::uint32_t crc32(Bytes bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t x = ~0u;
  for (std::uint8_t byte : bytes) x = (x >> 8) ^ kTable[(x ^ byte) & 0xFFu];
  return ~x;
}

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw InputError(fmt::format("'{}' is a damaged PNG file ({}): fetch it again", name, what));
}

void check_header(Bytes chunk, const std::string& name, std::int64_t file_bytes) {
  if (!starts_with(chunk.subspan(4, 4), "IHDR") || chunk.size() != kChunkFrame + 13) {
    fail(name, "no header");
  }
  const ImageSize size{big_endian(chunk.subspan(12)), big_endian(chunk.subspan(8))};
  check_size(name, size);
  // Deflate never gains more than 1032 to 1, and a byte holds eight pixels of one bit.
  check_plausible(name, size, file_bytes, 1032 * 8);
}

}  // namespace

void check_png(Bytes bytes, const std::string& name) {
  Bytes rest = bytes.subspan(std::min(kSignature, bytes.size()));
  // A chunk: length of the data, type, data, checksum of type and data.
  for (bool first = true; rest.size() >= kChunkFrame; first = false) {
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - kChunkFrame) break;
    const Bytes type = rest.subspan(4, 4);
    const bool ancillary = (type[0] & 0x20u) != 0;
    if (!ancillary && crc32(rest.subspan(4, 4 + length)) != big_endian(rest.subspan(8 + length))) {
      fail(name, "wrong checksum");
    }
    if (first) check_header(rest.first(kChunkFrame + length), name, std::ssize(bytes));
    if (starts_with(type, "IEND")) return;
    rest = rest.subspan(kChunkFrame + length);
  }
  fail(name, "truncated");
}

}  // namespace impasto::image_codecs
