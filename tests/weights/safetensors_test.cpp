#include "weights/safetensors.h"

#include <cstring>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tensor/half.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::TemporaryFolder;
using test::write_file;

std::string with_length(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes + header + data;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST_CASE("safetensors keeps every dtype, shape, value and text") {
  const TemporaryFolder folder;
  const std::string path = folder / "all.safetensors";
  NamedTensors written;
  written.tensors["f32"] = test::random_tensor({2, 3}, DType::f32, 1);
  written.tensors["f64"] = test::random_tensor({3, 1, 2}, DType::f64, 2);
  written.tensors["f16"] = test::random_tensor({5}, DType::f32, 3).to(DType::f16);
  written.tensors["bf16"] = test::random_tensor({7}, DType::f32, 4).to(DType::bf16);
  written.tensors["u8"] = Tensor::from<std::uint8_t>({3}, {0, 128, 255});
  written.tensors["i32"] = Tensor::from<std::int32_t>({2}, {-2'000'000'000, 7});
  written.tensors["scalar"] = Tensor::scalar(2.5);
  written.tensors["empty"] = Tensor::zeros({0, 4});
  written.metadata = {{"license", "MIT"}, {"text", "quotes \" and \n lines, \xc3\xbc"}};
  write_safetensors(path, written);
  const NamedTensors read = read_safetensors(path);
  CHECK(read.metadata == written.metadata);
  REQUIRE(read.tensors.size() == written.tensors.size());
  for (const auto& [name, tensor] : written.tensors) {
    CAPTURE(name);
    const Tensor& got = read.tensors.at(name);
    REQUIRE(got.dtype() == tensor.dtype());
    REQUIRE(got.shape() == tensor.shape());
    CHECK(std::memcmp(got.raw(), tensor.raw(), tensor.bytes()) == 0);
  }
}

TEST_CASE("what is written is a function of the contents, aligned as others write it") {
  const TemporaryFolder folder;
  NamedTensors contents;
  contents.tensors["a"] = Tensor::from<std::uint8_t>({1}, {9});
  contents.tensors["b"] = Tensor::scalar(1.0, DType::f64);
  write_safetensors(folder / "x", contents);
  write_safetensors(folder / "y", contents);
  const std::string bytes = test::read_file(folder / "x");
  CHECK(bytes == test::read_file(folder / "y"));
  CHECK(bytes.size() % 8 == 1);  // header and the wide tensor first, the byte last
  CHECK(bytes.back() == 9);
}

TEST_CASE("a damaged header is refused in one line that names the file") {
  const TemporaryFolder folder;
  const std::string path = folder / "bad.safetensors";
  const auto one = [&](const std::string& fields) { return R"({"t":)" + fields + "}"; };
  const std::string eight(8, '\0');
  const struct {
    std::string bytes;
    const char* reason;
  } cases[] = {
      {"", "empty"},
      {"1234567", "only 7 bytes"},
      {std::string("\0\0\0\0\0\0\0\x80{}", 10), "9223372036854775808"},
      {std::string("\1\xe1\xf5\5\0\0\0\0{}", 10), "limit"},
      {std::string("\20\0\0\0\0\0\0\0{}", 10), "truncated"},
      {with_length("[1]", ""), "not a JSON object"},
      {with_length("{\"t\"", ""), "not JSON"},
      {with_length("{} x", ""), "not JSON"},
      {with_length(one(R"([[[[[[]]]]]])"), ""), "nested too deep"},
      {with_length(one("7"), ""), "not an object"},
      {with_length(one("{}"), ""), "no dtype"},
      {with_length(one(entry("I64", "[1]", "[0,8]")), eight), "dtype 'I64'"},
      {with_length(one(entry("F32", "[2.0]", "[0,8]")), eight), "shape"},
      {with_length(one(entry("F32", "[-2]", "[0,8]")), eight), "shape"},
      {with_length(one(entry("F32", "[9223372036854775808]", "[0,8]")), eight), "extent"},
      {with_length(one(entry("F32", "[4294967296,4294967296]", "[0,8]")), eight), "too large"},
      {with_length(one(entry("F32", "[4611686018427387904]", "[0,8]")), eight), "overflow"},
      {with_length(one(entry("F32", "[1,1,1,1,1,1,2]", "[0,8]")), eight), "extents"},
      {with_length(one(entry("F32", "[2]", "[0]")), eight), "data_offsets"},
      {with_length(one(entry("F32", "[2]", "[8,0]")), eight), "data_offsets"},
      {with_length(one(entry("F32", "[3]", "[0,8]")), eight), "takes 12 bytes"},
      {with_length(one(entry("F32", "[2]", "[4,12]")), eight + "0000"), "follows a gap"},
      {with_length(one(entry("F32", "[2]", "[0,8]")), "0000"), "truncated"},
      {with_length(one(entry("F32", "[2]", "[0,8]")), eight + "0"), "1 bytes follow"},
      {with_length(R"({"a":)" + entry("F32", "[2]", "[0,8]") + R"(,"b":)" +
                       entry("F32", "[2]", "[4,12]") + "}",
                   eight + "0000"),
       "overlaps"},
      {with_length(R"({"a":)" + entry("F32", "[1]", "[0,4]") + R"(,"a":)" +
                       entry("F32", "[1]", "[4,8]") + "}",
                   eight),
       "'a' appears twice"},
      {with_length(R"({"__metadata__":{"x":1}})", ""), "not text"},
      {with_length(R"({"__metadata__":[]})", ""), "not an object"},
      {with_length("{\"a\\nb\":7}", ""), "'a\\x0ab'"},
  };
  for (const auto& [bytes, reason] : cases) {
    CAPTURE(reason);
    write_file(path, bytes);
    std::string message;
    try {
      open_archive(path);
    } catch (const InputError& error) {
      message = error.what();
    }
    CHECK(message.find(path) != message.npos);
    CHECK(message.find(reason) != message.npos);
    CHECK(message.find('\n') == message.npos);
  }
}

TEST_CASE("a file that cannot be read is refused by name") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(open_archive(folder / "none"), doctest::Contains("No such file"),
                       InputError);
  CHECK_THROWS_WITH_AS(open_archive(folder.path()), doctest::Contains("not a regular file"),
                       InputError);
  write_file(folder / "text.txt", "once upon a time, there was a text");
  CHECK_THROWS_WITH_AS(open_archive(folder / "text.txt"), doctest::Contains("not a weights file"),
                       InputError);
}

TEST_CASE("nothing is left behind when writing fails") {
  const TemporaryFolder folder;
  NamedTensors contents;
  contents.tensors["name \xff"] = Tensor::scalar(1);
  CHECK_THROWS_AS(write_safetensors(folder / "out", contents), InputError);
  contents.tensors = {{"mask", Tensor::zeros({8}, DType::bits)}};
  CHECK_THROWS_AS(write_safetensors(folder / "out", contents), Error);
  CHECK(folder.count() == 0);
}

}  // namespace
}  // namespace impasto
