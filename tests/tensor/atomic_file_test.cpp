#include "tensor/atomic_file.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/files.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST_CASE("a file appears whole, replaces the old one and leaves nothing else") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.bin";
  write_file_atomically(path, bytes("first"));
  CHECK(read_file(path) == "first");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  write_file_atomically(path, bytes("second, longer"));
  CHECK(read_file(path) == "second, longer");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(folder.count() == 1);
}

TEST_CASE("until commit the target is untouched, and an abandoned file vanishes") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.bin";
  {
    AtomicFile file(path);
    file.write(bytes("half"));
    CHECK_FALSE(fs::exists(path));
    CHECK(folder.count() == 1);
  }
  CHECK(folder.count() == 0);
  write_file_atomically(path, bytes("old"));
  {
    AtomicFile file(path);
    file.write(bytes("new"));
    CHECK(read_file(path) == "old");
  }
  CHECK(read_file(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a symbolic link stays a link") {
  const TemporaryFolder folder;
  fs::create_symlink("real.bin", folder / "link.bin");
  write_file_atomically(folder / "link.bin", bytes("data"));
  CHECK(fs::is_symlink(folder / "link.bin"));
  CHECK(read_file(folder / "real.bin") == "data");
}

TEST_CASE("devices are written in place") {
  write_file_atomically("/dev/null", bytes("gone"));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what cannot be written is refused by name") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_file_atomically("", bytes("x")), InputError);
  CHECK_THROWS_AS(write_file_atomically(folder / ".", bytes("x")), InputError);
  CHECK_THROWS_WITH_AS(write_file_atomically(folder / "no/such.bin", bytes("x")),
                       doctest::Contains("no/such.bin"), InputError);
  CHECK_THROWS_AS(write_file_atomically("/dev/full", bytes("x")), InputError);
  CHECK(folder.count() == 0);
}

TEST_CASE("a name of the longest length works") {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name, bytes("x"));
  CHECK(read_file(folder / name) == "x");
}

}  // namespace
}  // namespace impasto
