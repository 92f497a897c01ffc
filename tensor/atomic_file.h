// Output files that are whole or absent: bytes go to a temporary file in the target's folder, which
// takes the target's name only once everything is on disk. A crash or a kill at any moment leaves
// the old file, or none, and never half a new one.
//
// Every failure is an InputError that names the file. A target that is a device or a pipe
// (/dev/stdout, /dev/null) cannot be replaced and is written in place; a symbolic link keeps
// pointing to what it names.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace impasto {

class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();  // without commit(): removes the temporary file, the target stays as it was
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void commit();  // at most once, last

 private:
  [[noreturn]] void fail() const;

  std::string path_;       // as the caller wrote it, for messages
  std::string target_;     // with symbolic links resolved
  std::string temporary_;  // empty when the target is written in place, and after commit()
  int descriptor_ = -1;
};

void write_file_atomically(const std::string& path, std::span<const std::byte> bytes);

}  // namespace impasto
