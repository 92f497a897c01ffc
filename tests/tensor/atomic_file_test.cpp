#include "tensor/atomic_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tensor/error.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "impasto-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const char* name) const { return (path_ / name).string(); }
  auto entries() const { return std::distance(fs::directory_iterator(path_), {}); }

 private:
  fs::path path_;
};

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("a file appears whole, replaces the old one and leaves nothing else") {
  const Folder folder;
  const std::string path = folder / "out.bin";
  write_file_atomically(path, bytes("first"));
  CHECK(content(path) == "first");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  write_file_atomically(path, bytes("second, longer"));
  CHECK(content(path) == "second, longer");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(folder.entries() == 1);
}

TEST_CASE("until commit the target is untouched, and an abandoned file vanishes") {
  const Folder folder;
  const std::string path = folder / "out.bin";
  {
    AtomicFile file(path);
    file.write(bytes("half"));
    CHECK_FALSE(fs::exists(path));
    CHECK(folder.entries() == 1);
  }
  CHECK(folder.entries() == 0);
  write_file_atomically(path, bytes("old"));
  {
    AtomicFile file(path);
    file.write(bytes("new"));
    CHECK(content(path) == "old");
  }
  CHECK(content(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a symbolic link stays a link") {
  const Folder folder;
  fs::create_symlink("real.bin", folder / "link.bin");
  write_file_atomically(folder / "link.bin", bytes("data"));
  CHECK(fs::is_symlink(folder / "link.bin"));
  CHECK(content(folder / "real.bin") == "data");
}

TEST_CASE("devices are written in place") {
  write_file_atomically("/dev/null", bytes("gone"));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what cannot be written is refused by name") {
  const Folder folder;
  CHECK_THROWS_AS(write_file_atomically("", bytes("x")), InputError);
  CHECK_THROWS_AS(write_file_atomically(folder / ".", bytes("x")), InputError);
  CHECK_THROWS_WITH_AS(write_file_atomically(folder / "no/such.bin", bytes("x")),
                       doctest::Contains("no/such.bin"), InputError);
  CHECK_THROWS_AS(write_file_atomically("/dev/full", bytes("x")), InputError);
  CHECK(folder.entries() == 0);
}

TEST_CASE("a name of the longest length works") {
  const Folder folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name.c_str(), bytes("x"));
  CHECK(content(folder / name.c_str()) == "x");
}

}  // namespace
}  // namespace impasto
