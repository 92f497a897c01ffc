#include "weights/find.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/files.h"
#include "tests/weights/tiny_network.h"
#include "weights/builtin.h"
#include "weights/input_file.h"
#include "weights/network.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

// Sets a variable for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    const char* old = std::getenv(name);
    if (old != nullptr) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// A network of VGG's form with `width` channels in the first block. Its values are zeros that the
// file system does not store, so a full VGG-19 costs a header.
void write_sparse(const std::string& path, std::int64_t width, const std::vector<int>& blocks,
                  const char* channels = "BGR") {
  std::string header = fmt::format(R"({{"__metadata__":{{"input.channels":"{}"}})", channels);
  std::uint64_t offset = 0;
  const auto add = [&](const std::string& name, const Shape& shape) {
    const std::uint64_t end = offset + static_cast<std::uint64_t>(shape.numel()) * 4;
    header += fmt::format(R"(,"{}":{{"dtype":"F32","shape":{},"data_offsets":[{},{}]}})", name,
                          shape.to_string(), offset, end);
    offset = end;
  };
  std::int64_t ic = 3;
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    const std::int64_t oc = std::min(8 * width, width << block);
    for (int i = 1; i <= blocks[block]; ++i, ic = oc) {
      add(fmt::format("conv{}_{}.weight", block + 1, i), {oc, ic, 3, 3});
      add(fmt::format("conv{}_{}.bias", block + 1, i), {oc});
    }
  }
  header += "}";
  std::string length(8, '\0');
  const std::uint64_t bytes = header.size();
  std::memcpy(length.data(), &bytes, sizeof(bytes));
  test::write_file(path, length + header);
  fs::resize_file(path, 8 + bytes + offset);
}

void write_tiny(const std::string& path) {
  write_safetensors(path, test::tiny_network());
}

TEST_CASE("of a folder the deepest network of full width comes first") {
  const TemporaryFolder folder;
  write_sparse(folder / "a-compact.safetensors", 16, {2, 2, 4, 4, 1});
  write_sparse(folder / "b-partial.safetensors", 64, {2, 2, 4});
  write_sparse(folder / "c-vgg16.safetensors", 64, {2, 2, 3, 3, 3});
  write_sparse(folder / "d-rgb.safetensors", 64, {2, 2, 4, 4, 4}, "RGB");
  write_sparse(folder / "e-vgg19.safetensors", 64, {2, 2, 4, 4, 4});
  write_sparse(folder / "f-conv5_1.safetensors", 64, {2, 2, 4, 4, 1});
  test::write_file(folder / "broken.safetensors", "nothing");
  test::write_file(folder / "notes.txt", "nothing");
  std::string order;
  for (const std::string& path : weights_in_folder(folder.path())) {
    order += fs::path(path).filename().string()[0];
  }
  CHECK(order == "edcfba");
}

TEST_CASE("the places are searched in order") {
  const TemporaryFolder named;
  const TemporaryFolder variable;
  const TemporaryFolder cache;
  fs::create_directory(cache / "impasto");
  write_tiny(named / "n.safetensors");
  write_tiny(variable / "v.safetensors");
  const Environment home("XDG_CACHE_HOME", cache.path());
  const Environment none("IMPASTO_WEIGHTS", "");
  CHECK(cache_folder() == cache / "impasto");

  CHECK(find_weights().path == kBuiltinWeights);
  CHECK(find_weights().origin == "part of Impasto");
  write_tiny(cache / "impasto/c.safetensors");
  CHECK(find_weights().path == cache / "impasto/c.safetensors");
  CHECK(find_weights().origin == "the cache folder");
  {
    const Environment file("IMPASTO_WEIGHTS", variable / "v.safetensors");
    CHECK(find_weights().path == variable / "v.safetensors");
    CHECK(find_weights().origin == "$IMPASTO_WEIGHTS");
  }
  const Environment where("IMPASTO_WEIGHTS", variable.path());
  CHECK(find_weights().path == variable / "v.safetensors");
  CHECK(find_weights(named.path()).path == named / "n.safetensors");
  CHECK(find_weights(named / "n.safetensors").origin == "--weights");
  CHECK(find_weights(kBuiltinWeights).path == kBuiltinWeights);
  CHECK(find_weights(kBuiltinWeights).origin == "--weights");
  const std::vector<FoundWeights> all = list_weights();
  REQUIRE(all.size() == 3);
  CHECK(all.back().path == kBuiltinWeights);
}

TEST_CASE("the network that is built in is whole, small and read like a file") {
  const NamedTensors weights = read_weights(kBuiltinWeights);
  const std::vector<NetworkLayer> layers = check_network(open_weights(kBuiltinWeights));
  CHECK(layer_name(layers.back().id) == "conv5_1");
  CHECK(weights.metadata.at("train.teachers.license").find("CC BY 4.0") != std::string::npos);
  CHECK(weights.metadata.contains("stylize.style_weight"));
  const InputFile file(kBuiltinWeights);
  CHECK(file.size() <= 2'500'000);
  std::vector<std::byte> beyond(8);
  CHECK_THROWS_AS(file.read_at(file.size() - 4, beyond), InputError);
}

TEST_CASE("what the user names must be there") {
  const TemporaryFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "cache");
  const Environment none("IMPASTO_WEIGHTS", "");
  CHECK_THROWS_WITH_AS(find_weights(folder / "no.safetensors"), doctest::Contains("--weights"),
                       InputError);
  CHECK_THROWS_WITH_AS(find_weights(folder.path()), doctest::Contains("no usable weights file"),
                       InputError);
  const Environment wrong("IMPASTO_WEIGHTS", folder / "nowhere");
  CHECK_THROWS_WITH_AS(find_weights(), doctest::Contains("$IMPASTO_WEIGHTS"), InputError);
}

TEST_CASE("of the public test files the original network is preferred to the compact one") {
  const std::string original = test::shared_file("weights/vgg19-conv1_1-conv3_4.safetensors");
  if (original.empty()) return;
  const std::vector<std::string> files =
      weights_in_folder(fs::path(original).parent_path().string());
  REQUIRE(files.size() >= 2);
  CHECK(files.front() == original);
}

}  // namespace
}  // namespace impasto
