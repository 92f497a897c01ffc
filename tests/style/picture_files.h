// Picture files made byte by byte, so that tests know exactly what is in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "style/image.h"

namespace impasto::test {

using FileBytes = std::vector<std::uint8_t>;

// A folder of its own for one test, gone at the end of it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  int count() const;  // entries, hidden ones too

 private:
  std::filesystem::path path_;
};

void write_bytes(const std::filesystem::path& path, const FileBytes& bytes);
FileBytes read_bytes(const std::filesystem::path& path);

// PNG with its rows (the filter byte 0 is added) stored uncompressed. `colour`: 0 grey, 2 RGB, 3
// palette, 4 grey and alpha, 6 RGBA.
struct Png {
  std::uint32_t w = 1, h = 1;
  std::uint8_t depth = 8, colour = 2;
  FileBytes samples = {};       // rows without filter bytes, 16-bit samples most significant first
  FileBytes palette = {};       // PLTE
  FileBytes transparency = {};  // tRNS
};
FileBytes make_png(const Png& png);

// The chunks' checksums made right again after a change.
void fix_checksums(FileBytes& png);

// JPEG with an EXIF segment that holds an orientation, put behind the start marker.
FileBytes with_orientation(const FileBytes& jpeg, std::uint16_t orientation, bool big_endian);

// Encoded by save_image, which has tests of its own.
FileBytes encode(const Image& image, const std::string& name, int jpeg_quality = 95);

// 3 planes of 8 or 16 bits, uncompressed.
FileBytes make_psd(std::uint32_t w, std::uint32_t h, std::uint16_t depth, const FileBytes& planes);

// Smooth colours with some noise, so that every compressor has work.
Image noisy_gradient(std::int64_t h, std::int64_t w, std::uint64_t seed = 1);

// The message of the InputError that `action` ends in, after checking that it is one line; "" with
// a failed check when it does not.
template <class Action>
std::string input_error(Action action);

}  // namespace impasto::test

#include "tests/style/picture_files_inl.h"  // IWYU pragma: export
