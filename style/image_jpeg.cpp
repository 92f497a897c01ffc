// The frame of a JPEG file. stb_image trusts Huffman tables: one with more than 256 codes overruns
// its buffers, and a scan whose tables were never sent decodes with whatever was in memory. Both
// are refused here, before it sees the file, as is a file that does not reach its end marker.
#include "style/image_codecs.h"

namespace impasto::image_codecs {
namespace {

enum Marker : std::uint8_t {
  kFrame0 = 0xC0,  // baseline, extended, progressive
  kFrame2 = 0xC2,
  kHuffman = 0xC4,
  kRestart0 = 0xD0,
  kRestart7 = 0xD7,
  kEnd = 0xD9,
  kScan = 0xDA,
  kQuantization = 0xDB,
};

class JpegWalker {
 public:
  JpegWalker(Bytes bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  void walk() {
    for (std::uint8_t marker = next_marker(); marker != kEnd; marker = next_marker()) {
      const Bytes data = next_segment();
      if (marker >= kFrame0 && marker <= kFrame2) read_frame(data, marker == kFrame2);
      if (marker == kHuffman) read_huffman(data);
      if (marker == kQuantization) read_quantization(data);
      if (marker == kScan) read_scan(data);
    }
    require(scans_ > 0, "no picture data");
    require((quantization_needed_ & ~quantization_) == 0, "no quantization table");
  }

 private:
  void require(bool ok, std::string_view what) const {
    if (ok) return;
    throw InputError(fmt::format("'{}' is a damaged JPEG file ({}): fetch it again", name_, what));
  }

  // Skips padding and compressed data, in which FF is followed by 0 or is a restart mark.
  std::uint8_t next_marker() {
    bool after_ff = false;
    for (; at_ < bytes_.size(); ++at_) {
      const std::uint8_t byte = bytes_[at_];
      const bool in_data = byte == 0 || (byte >= kRestart0 && byte <= kRestart7);
      if (after_ff && byte != 0xFF && !in_data) return bytes_[at_++];
      after_ff = byte == 0xFF;
    }
    require(false, "truncated");
    return kEnd;
  }

  // The data of a segment, behind its length.
  Bytes next_segment() {
    require(at_ + 2 <= bytes_.size(), "truncated");
    const std::size_t length = static_cast<std::size_t>(bytes_[at_] << 8 | bytes_[at_ + 1]);
    require(length >= 2 && at_ + length <= bytes_.size(), "truncated");
    const Bytes data = bytes_.subspan(at_ + 2, length - 2);
    at_ += length;
    return data;
  }

  void read_frame(Bytes data, bool progressive) {
    require(data.size() >= 6 && data.size() >= 6 + 3 * std::size_t{data[5]}, "bad frame header");
    progressive_ = progressive;
    for (std::size_t i = 0; i < data[5]; ++i) quantization_needed_ |= 1u << (data[8 + 3 * i] % 32);
  }

  void read_huffman(Bytes data) {
    while (!data.empty()) {
      require(data.size() >= 17, "bad Huffman table");
      std::size_t codes = 0;
      for (std::size_t i = 1; i <= 16; ++i) codes += data[i];
      require(codes <= 256 && data.size() >= 17 + codes, "bad Huffman table");
      huffman_ |= 1u << (data[0] % 32);  // class 0 or 1 in the high half, number in the low
      data = data.subspan(17 + codes);
    }
  }

  void read_quantization(Bytes data) {
    while (!data.empty()) {
      const std::size_t size = data[0] < 16 ? 65 : 129;
      require(data.size() >= size, "bad quantization table");
      quantization_ |= 1u << (data[0] % 16);
      data = data.subspan(size);
    }
  }

  void read_scan(Bytes data) {
    require(!data.empty() && data.size() == 4 + 2 * std::size_t{data[0]}, "bad scan header");
    const std::size_t components = data[0];
    const bool is_dc = data[1 + 2 * components] == 0;
    const bool refines = (data[3 + 2 * components] >> 4) != 0;
    const bool needs_dc = !progressive_ || (is_dc && !refines);
    const bool needs_ac = !progressive_ || !is_dc;
    for (std::size_t i = 0; i < components; ++i) {
      const std::uint8_t tables = data[2 + 2 * i];
      require(!needs_dc || has_huffman(tables >> 4), "no Huffman table");
      require(!needs_ac || has_huffman(16 + tables % 16), "no Huffman table");
    }
    ++scans_;
  }

  bool has_huffman(int table) const { return ((huffman_ >> table) & 1u) != 0; }

  Bytes bytes_;
  const std::string& name_;
  std::size_t at_ = 2;  // behind the start marker
  bool progressive_ = false;
  int scans_ = 0;
  std::uint32_t huffman_ = 0;  // one bit a table: DC 0..15, AC 16..31
  std::uint32_t quantization_ = 0;
  std::uint32_t quantization_needed_ = 0;
};

}  // namespace

void check_jpeg(Bytes bytes, const std::string& name) {
  JpegWalker(bytes, name).walk();
}

}  // namespace impasto::image_codecs
