// Files for tests: a folder that goes away, whole contents in and out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace impasto::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  std::size_t count() const;  // entries

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);

// A file of tests/fixtures.
std::string fixture(const std::string& name);

// A file of $IMPASTO_SHARED/..., material that cannot be part of the repository; empty, after a
// line that says so, where it is not to be had: the test then returns.
std::string shared_file(const std::string& name);

}  // namespace impasto::test
