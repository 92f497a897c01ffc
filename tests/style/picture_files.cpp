#include "tests/style/picture_files.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "tensor/random.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;

void put(FileBytes& bytes, std::uint32_t value, int count) {  // most significant first
  for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_little(FileBytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put(FileBytes& bytes, std::string_view text) {
  for (char c : text) bytes.push_back(static_cast<std::uint8_t>(c));
}

void put(FileBytes& bytes, const FileBytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

std::uint32_t crc32(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t x = ~0u;
  for (std::size_t i = 0; i < count; ++i) {
    x ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) x = (x >> 1) ^ ((x & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~x;
}

void put_chunk(FileBytes& png, std::string_view type, const FileBytes& data) {
  put(png, static_cast<std::uint32_t>(data.size()), 4);
  const std::size_t begin = png.size();
  put(png, type);
  put(png, data);
  put(png, crc32(png.data() + begin, png.size() - begin), 4);
}

// RFC 1950 and 1951, stored blocks only.
FileBytes zlib_stored(const FileBytes& data) {
  FileBytes result = {0x78, 0x01};
  std::uint32_t a = 1, b = 0;
  for (std::size_t begin = 0; begin < data.size(); begin += 0xFFFF) {
    const std::size_t end = std::min(data.size(), begin + 0xFFFF);
    result.push_back(end == data.size() ? 1 : 0);
    put_little(result, static_cast<std::uint32_t>(end - begin), 2);
    put_little(result, ~static_cast<std::uint32_t>(end - begin), 2);
    result.insert(result.end(), data.begin() + static_cast<std::ptrdiff_t>(begin),
                  data.begin() + static_cast<std::ptrdiff_t>(end));
  }
  for (std::uint8_t byte : data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  put(result, b << 16 | a, 4);
  return result;
}

}  // namespace

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "impasto-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

int Folder::count() const {
  return static_cast<int>(std::distance(fs::directory_iterator(path_), {}));
}

void write_bytes(const fs::path& path, const FileBytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  REQUIRE(file.good());
}

FileBytes read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

FileBytes make_png(const Png& png) {
  FileBytes header;
  put(header, png.w, 4);
  put(header, png.h, 4);
  put(header, FileBytes{png.depth, png.colour, 0, 0, 0});
  FileBytes rows;
  const std::size_t stride = png.h == 0 ? 0 : png.samples.size() / png.h;
  for (std::size_t y = 0; y < (stride == 0 ? 0 : png.h); ++y) {
    rows.push_back(0);
    const auto row = png.samples.begin() + static_cast<std::ptrdiff_t>(y * stride);
    rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(stride));
  }
  FileBytes file;
  put(file, std::string_view("\x89PNG\r\n\x1A\n"));
  put_chunk(file, "IHDR", header);
  if (!png.palette.empty()) put_chunk(file, "PLTE", png.palette);
  if (!png.transparency.empty()) put_chunk(file, "tRNS", png.transparency);
  put_chunk(file, "IDAT", zlib_stored(rows));
  put_chunk(file, "IEND", {});
  return file;
}

void fix_checksums(FileBytes& png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::size_t length = std::size_t{png[at]} << 24 | std::size_t{png[at + 1]} << 16 |
                               std::size_t{png[at + 2]} << 8 | png[at + 3];
    if (length > png.size() - at - 12) return;
    FileBytes checksum;
    put(checksum, crc32(png.data() + at + 4, length + 4), 4);
    std::copy(checksum.begin(), checksum.end(),
              png.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    at += 12 + length;
  }
}

FileBytes with_orientation(const FileBytes& jpeg, std::uint16_t orientation, bool big_endian) {
  FileBytes tiff;
  const auto number = [&](std::uint32_t value, int count) {
    big_endian ? put(tiff, value, count) : put_little(tiff, value, count);
  };
  put(tiff, std::string_view(big_endian ? "MM" : "II"));
  number(42, 2);
  number(8, 4);       // where the directory is
  number(1, 2);       // its entries
  number(0x0112, 2);  // orientation
  number(3, 2);       // one 16-bit number
  number(1, 4);
  number(orientation, 2);
  number(0, 2);
  number(0, 4);  // no further directory
  FileBytes file;
  put(file, 0xFFD8, 2);
  put(file, 0xFFE1, 2);
  put(file, static_cast<std::uint32_t>(2 + 6 + tiff.size()), 2);
  put(file, std::string_view("Exif\0\0", 6));
  put(file, tiff);
  file.insert(file.end(), jpeg.begin() + 2, jpeg.end());
  return file;
}

FileBytes encode(const Image& image, const std::string& name, int jpeg_quality) {
  const Folder folder;
  save_image(folder / name, image, jpeg_quality);
  return read_bytes(folder / name);
}

FileBytes make_psd(std::uint32_t w, std::uint32_t h, std::uint16_t depth, const FileBytes& planes) {
  FileBytes file;
  put(file, std::string_view("8BPS"));
  put(file, 1, 2);
  file.resize(file.size() + 6);
  put(file, 3, 2);  // channels
  put(file, h, 4);
  put(file, w, 4);
  put(file, depth, 2);
  put(file, 3, 2);                // RGB
  file.resize(file.size() + 12);  // no palette, resources or layers
  put(file, 0, 2);                // uncompressed
  put(file, planes);
  return file;
}

Image noisy_gradient(std::int64_t h, std::int64_t w, std::uint64_t seed) {
  Image image{Tensor::empty({h, w, 3}), {}};
  float* rgb = image.rgb.data<float>();
  for (std::int64_t i = 0; i < h * w * 3; ++i) {
    const double y = static_cast<double>(i / 3 / w), x = static_cast<double>(i / 3 % w);
    const double wave = 110 + 70 * std::sin(0.21 * x + 2.1 * static_cast<double>(i % 3)) + 0.7 * y;
    const auto noise = static_cast<double>(random_uniform(seed, static_cast<std::uint64_t>(i)));
    rgb[i] = static_cast<float>(std::floor(std::min(255.0, wave + 20 * noise)));
  }
  return image;
}

}  // namespace impasto::test
