// A file that is read at chosen places, or the network that is built in by its name
// (weights/builtin.h). Every failure is an InputError that names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace impasto {

class InputFile {
 public:
  explicit InputFile(const std::string& path);  // a regular file that may be read, or InputError
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }

  // Fills `bytes` from `offset`; the whole range must lie inside the file.
  void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  std::string path_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
  std::span<const std::byte> builtin_;  // instead of a descriptor
};

}  // namespace impasto
