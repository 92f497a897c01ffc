// Downloads against a server of our own on the loopback device.

#include "weights/fetch.h"

#include <filesystem>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/weights/loopback_server.h"
#include "tests/weights/tiny_network.h"
#include "weights/digest.h"
#include "weights/download.h"
#include "weights/weights.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

struct Setting {
  test::TemporaryFolder folder;
  std::string file = test::fixture("weights/keras1.h5");
  test::LoopbackServer server{file};
  PublishedWeights weights{"tiny", server.url("/file"), file_digest(file, Digest::md5),
                           fs::file_size(file), "MIT"};
  FetchOptions options{folder.path(), {}, {}, {}};
  std::string target = folder / "tiny.safetensors";
  std::string part = folder / "tiny.part";

  void use(const std::string& path) { weights.url = server.url(path); }

  // What the server was asked for, in order.
  std::string log() const {
    download({server.url("/log"), folder / "log", 0, {}, {}});
    const std::string text = test::read_file(folder / "log");
    fs::remove(folder / "log");
    return text;
  }

  void check_arrived() {
    const NamedTensors got = read_weights(target);
    const NamedTensors want = test::tiny_network();
    for (const auto& [name, tensor] : want.tensors) {
      CHECK(test::compare_exact(got.tensors.at(name), tensor).ok);
    }
    CHECK(got.metadata.at("source") == weights.url);
    CHECK(got.metadata.at("source.sha256") == file_digest(file, Digest::sha256));
    CHECK(got.metadata.at("license") == "MIT");
    CHECK(got.metadata.at("input.channels") == "BGR");
    CHECK(folder.count() == 1);
  }
};

TEST_CASE("weights are downloaded, checked, converted and then found at once") {
  Setting setting;
  std::vector<std::uint64_t> steps;
  setting.options.progress = [&](std::uint64_t done, std::uint64_t total) {
    steps.push_back(done);
    CHECK(total == setting.weights.bytes);
  };
  CHECK(fetch_weights(setting.weights, setting.options) == setting.target);
  setting.check_arrived();
  REQUIRE(!steps.empty());
  CHECK(steps.back() == setting.weights.bytes);
  setting.server.stop();
  CHECK(fetch_weights(setting.weights, setting.options) == setting.target);
}

TEST_CASE("a download that broke off goes on where it stopped") {
  Setting setting;
  const std::uint64_t half = (setting.weights.bytes + 1) / 2;
  setting.use("/cut");
  CHECK_THROWS_WITH_AS(fetch_weights(setting.weights, setting.options),
                       doctest::Contains("run the same command again to go on"), InputError);
  CHECK(fs::file_size(setting.part) == half);
  CHECK_FALSE(fs::exists(setting.target));
  setting.use("/file");
  fetch_weights(setting.weights, setting.options);
  CHECK(setting.log() == fmt::format("/cut -\n/file bytes={}-\n", half));
  setting.check_arrived();
}

TEST_CASE("a server without ranges sends the file anew") {
  Setting setting;
  setting.use("/plain");
  test::write_file(setting.part, "old beginning");
  fetch_weights(setting.weights, setting.options);
  setting.check_arrived();
}

TEST_CASE("a whole part is only checked, a wrong one starts afresh") {
  Setting setting;
  fs::copy_file(setting.file, setting.part);
  fetch_weights(setting.weights, setting.options);
  CHECK(setting.log() == fmt::format("/file bytes={}-\n", setting.weights.bytes));
  setting.check_arrived();
  fs::remove(setting.target);
  test::write_file(setting.part, "not the beginning");
  fetch_weights(setting.weights, setting.options);
  setting.check_arrived();
  fs::remove(setting.target);
  test::write_file(setting.part, test::read_file(setting.file) + "and more");
  fetch_weights(setting.weights, setting.options);
  setting.check_arrived();
}

TEST_CASE("a file that is not the published one is discarded") {
  Setting setting;
  setting.use("/other");
  CHECK_THROWS_WITH_AS(fetch_weights(setting.weights, setting.options),
                       doctest::Contains("its MD5 is not the published"), InputError);
  setting.use("/long");
  CHECK_THROWS_WITH_AS(fetch_weights(setting.weights, setting.options),
                       doctest::Contains("more than the published file"), InputError);
  CHECK_FALSE(fs::exists(setting.target));
  setting.use("/file");
  fetch_weights(setting.weights, setting.options);
  setting.check_arrived();
}

TEST_CASE("what stands in the way of a download is said in one line") {
  Setting setting;
  const auto message = [&] {
    try {
      fetch_weights(setting.weights, setting.options);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  setting.use("/missing");
  CHECK(message().find("404") != std::string::npos);
  setting.server.stop();
  const std::string offline = message();
  CHECK(offline.find(setting.weights.url) != std::string::npos);
  CHECK(offline.find("impasto weights convert FILE '" + setting.target) != std::string::npos);
  CHECK(offline.find('\n') == std::string::npos);
  setting.options.folder = "/proc/nowhere";
  CHECK(message().find("/proc/nowhere") != std::string::npos);
  CHECK_FALSE(fs::exists(setting.target));
  CHECK_THROWS_WITH_AS(fetch_weights("resnet"), doctest::Contains("vgg19"), InputError);
}

TEST_CASE("an interrupt stops a download that hangs and keeps what came") {
  Setting setting;
  setting.use("/endless");
  setting.options.interrupted = [&] {
    std::error_code error;
    return fs::file_size(setting.part, error) == 100;
  };
  CHECK_THROWS_WITH_AS(fetch_weights(setting.weights, setting.options),
                       doctest::Contains("interrupted"), InputError);
  CHECK(fs::file_size(setting.part) == 100);
}

TEST_CASE("two downloads of one file exclude each other") {
  Setting setting;
  setting.options.progress = [&](std::uint64_t, std::uint64_t) {
    CHECK_THROWS_WITH_AS(download({setting.weights.url, setting.part, 0, {}, {}}),
                         doctest::Contains("another process"), InputError);
  };
  fetch_weights(setting.weights, setting.options);
  setting.check_arrived();
}

}  // namespace
}  // namespace impasto
