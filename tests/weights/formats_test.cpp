// The files of other programs, read as they were written.

#include <filesystem>
#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/weights/tiny_network.h"
#include "weights/archive.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

using test::fixture;

void check_equals_tiny_network(const NamedTensors& got) {
  const NamedTensors want = test::tiny_network();
  CHECK(got.tensors.size() == want.tensors.size());
  for (const auto& [name, tensor] : want.tensors) {
    CAPTURE(name);
    REQUIRE(got.tensors.contains(name));
    const test::Comparison same = test::compare_exact(got.tensors.at(name), tensor);
    CHECK_MESSAGE(same.ok, same.message);
  }
}

// The length of a header is what a file begins with; 0x80 begins a pickle, too.
TEST_CASE("safetensors is known whatever the length of its header begins with") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "network";  // no name that helps
  std::set<char> begins;
  for (std::size_t filling = 0; filling < 256; filling += 8) {
    NamedTensors network = test::tiny_network();
    network.metadata["filling"] = std::string(filling, '.');
    write_safetensors(path, network);
    begins.insert(test::read_file(path)[0]);
    CAPTURE(filling);
    CHECK(open_archive(path).format == "safetensors");
  }
  CHECK(begins.contains('\x80'));
  CHECK(begins.size() == 32);
}

TEST_CASE("every form of .pth and .h5 gives the same network, whatever the file is called") {
  const test::TemporaryFolder folder;
  for (const char* name :
       {"zip.pth", "zip_half.pth", "zip_protocol4.pth", "zip_strided.pth", "zip_nested.pth",
        "legacy.pth", "legacy_bfloat16.pth", "legacy_protocol4.pth", "legacy_python2.pth",
        "legacy_strided.pth", "keras1.h5", "keras2_half.h5", "keras_model.h5"}) {
    CAPTURE(name);
    std::filesystem::copy_file(fixture("weights/") + name, folder / "some.file",
                               std::filesystem::copy_options::overwrite_existing);
    check_equals_tiny_network(read_weights(folder / "some.file"));
  }
}

TEST_CASE("tensors keep the type they have in the file") {
  const auto type = [](const char* name, const char* tensor) {
    return open_archive(fixture("weights/") + name).tensors.at(tensor).read().dtype();
  };
  CHECK(type("zip.pth", "features.5.weight") == DType::f32);
  CHECK(type("zip_half.pth", "features.5.weight") == DType::f16);
  CHECK(type("zip_protocol4.pth", "features.5.bias") == DType::f64);
  CHECK(type("legacy_bfloat16.pth", "5.weight") == DType::bf16);
  CHECK(type("keras_model.h5", "block2_conv1.weight") == DType::f64);
  CHECK(type("keras1.h5", "block2_conv1.weight") == DType::f32);
  CHECK(type("keras2_half.h5", "block2_conv1.weight") == DType::f16);
}

TEST_CASE("compressed HDF5 data is refused with what to do") {
  CHECK_THROWS_WITH_AS(read_weights(fixture("weights/refused_chunked.h5")),
                       doctest::Contains("save the weights plainly"), InputError);
}

TEST_CASE("pickles that try to run code are refused, and run nothing") {
  const bool before = std::filesystem::exists("impasto_ran_code");
  for (const char* name :
       {"evil_zip.pth", "evil_legacy.pth", "evil_pickle2.pth", "evil_pickle4.pth"}) {
    CAPTURE(name);
    CHECK_THROWS_WITH_AS(read_weights(fixture("weights/") + name),
                         doctest::Contains("tries to run code: 'posix.system'"), InputError);
  }
  CHECK(std::filesystem::exists("impasto_ran_code") == before);
}

// What the readers do with arbitrary bytes: a value or an Error, never a crash (the sanitizers
// listen) and never another exception.
void check_survives(const std::string& path) {
  try {
    read_weights(path);
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.find('\n') == message.npos);
  }
}

TEST_CASE("a file cut at any length is refused") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "cut";
  for (const char* name : {"zip_half.pth", "legacy_bfloat16.pth", "keras1.h5"}) {
    CAPTURE(name);
    std::filesystem::copy_file(fixture("weights/") + name, path);
    const std::size_t step = std::string(name).ends_with(".h5") ? 37 : 1;
    int accepted = 0;
    for (std::size_t length = std::filesystem::file_size(path); length > step;) {
      length -= step;
      std::filesystem::resize_file(path, length);
      try {
        read_weights(path);
        ++accepted;
      } catch (const InputError&) {
      }
    }
    CHECK(accepted == 0);
    std::filesystem::remove(path);
  }
}

void write_byte(const std::string& path, std::size_t place, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(place)).put(byte);
  REQUIRE(file.good());
}

TEST_CASE("a file with any byte changed is read or refused") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "flipped";
  for (const char* name :
       {"zip_half.pth", "legacy_bfloat16.pth", "legacy_protocol4.pth", "keras1.h5"}) {
    CAPTURE(name);
    const std::size_t step = std::string(name).ends_with(".h5") ? 11 : 1;  // HDF5 takes its time
    const std::string bytes = test::read_file(fixture("weights/") + name);
    test::write_file(path, bytes);
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      write_byte(path, i, static_cast<char>(bytes[i] ^ static_cast<char>(1u << (i % 8))));
      check_survives(path);
      write_byte(path, i, bytes[i]);
    }
  }
}

TEST_CASE("a PyTorch file with flipped data is noticed by its checksum") {
  const test::TemporaryFolder folder;
  std::string bytes = test::read_file(fixture("weights/zip.pth"));
  const std::string data(
      reinterpret_cast<const char*>(test::tiny_network().tensors.at("conv1_2.weight").raw()), 576);
  const std::size_t place = bytes.find(data);
  REQUIRE(place != bytes.npos);
  bytes[place + 100] ^= 1;
  test::write_file(folder / "flipped", bytes);
  CHECK_THROWS_WITH_AS(read_weights(folder / "flipped"), doctest::Contains("damaged"), InputError);
}

}  // namespace
}  // namespace impasto
