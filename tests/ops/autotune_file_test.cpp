#include "ops/autotune_file.h"

#include <fstream>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/files.h"

namespace impasto {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

TunedChoices choices(const std::string& problem, const std::string& kernel) {
  return {{problem, {kernel, {{"a", 0.25}, {"b", 0.125}, {"c", kNever}}}}};
}

TEST_CASE("choices come back from their file, of this machine only") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "new/autotune.json";
  CHECK(read_choices(path, "here").empty());
  store_choices(path, "here", choices("x", "b"));
  CHECK(read_choices(path, "elsewhere").empty());
  const TunedChoices read = read_choices(path, "here");
  REQUIRE(read.size() == 1);
  const TunedChoice& choice = read.at("x");
  CHECK(choice.kernel == "b");
  CHECK(choice.differs());
  REQUIRE(choice.rivals.size() == 3);
  CHECK(choice.rivals[0].kernel == "a");
  CHECK(choice.rivals[0].seconds == 0.25);
  CHECK(choice.rivals[2].seconds == kNever);
}

TEST_CASE("what others stored meanwhile stays, but for the same problem") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "autotune.json";
  store_choices(path, "here", choices("x", "a"));
  store_choices(path, "elsewhere", choices("x", "a"));
  store_choices(path, "here", choices("y", "b"));
  store_choices(path, "here", choices("x", "b"));
  CHECK(read_choices(path, "here").size() == 2);
  CHECK(read_choices(path, "here").at("x").kernel == "b");
  CHECK(read_choices(path, "elsewhere").at("x").kernel == "a");
}

TEST_CASE("a damaged file is an InputError that names it, and is replaced") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "autotune.json";
  const auto said = [&] {
    try {
      read_choices(path, "here");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  for (const char* text :
       {"", "{", "[]", "7", R"({"format": 1})", R"({"format": 2, "machines": {}})",
        R"({"format": 1, "machines": []})", R"({"format": 1, "machines": {"here": {"x": 1}}})",
        R"({"format": 1, "machines": {"here": {"x": {"kernel": 1, "rivals": []}}}})",
        R"({"format": 1, "machines": {"here": {"x": {"kernel": "a", "rivals": [{}]}}}})"}) {
    CAPTURE(text);
    std::ofstream(path) << text;
    CHECK(said().find(path) != std::string::npos);
    CHECK(said().find('\n') == std::string::npos);
    store_choices(path, "here", choices("x", "b"));
    CHECK(read_choices(path, "here").at("x").kernel == "b");
  }
}

TEST_CASE("a place where nothing can be written is an InputError") {
  CHECK_THROWS_AS(store_choices("/proc/none/autotune.json", "here", choices("x", "a")), InputError);
}

TEST_CASE("a machine is what times depend on") {
  Context one({.threads = 1}), two({.threads = 2});
  Context mixed({.threads = 1, .precision = Precision::mixed});
  Context weak({.threads = 1, .features = {}});
  const std::string here = tuning_machine(one);
  for (Context* other : {&two, &mixed, &weak}) CHECK(tuning_machine(*other) != here);
  Context same({.threads = 1});
  CHECK(tuning_machine(same) == here);
  CHECK(here.find("impasto") != std::string::npos);
}

}  // namespace
}  // namespace impasto
