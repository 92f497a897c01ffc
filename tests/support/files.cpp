#include "tests/support/files.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "tensor/error.h"

namespace impasto::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "impasto-test-XXXXXX").string();
  IMPASTO_CHECK(::mkdtemp(pattern.data()) != nullptr, "cannot create {}", pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::size_t TemporaryFolder::count() const {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  IMPASTO_CHECK(file.good(), "cannot read {}", path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  IMPASTO_CHECK(file.good(), "cannot write {}", path);
}

std::string fixture(const std::string& name) {
  return std::string(IMPASTO_FIXTURES) + "/" + name;
}

std::string shared_file(const std::string& name) {
  const char* folder = std::getenv("IMPASTO_SHARED");
  const std::string path = folder == nullptr ? "" : std::string(folder) + "/" + name;
  if (!path.empty() && fs::exists(path)) return path;
  MESSAGE("SKIPPED: needs ", name, " in the folder that $IMPASTO_SHARED names");
  return {};
}

}  // namespace impasto::test
