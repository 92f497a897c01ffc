#include "style/recommended.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

namespace impasto {
namespace {

const std::map<std::string, std::string> kMetadata = {{"network", "a network"},
                                                      {"stylize.content_layers", "relu4_1"},
                                                      {"stylize.content_weight", "0.5"},
                                                      {"stylize.lbfgs_history", "20"},
                                                      {"stylize.style_layers", "relu1_1=2,relu3_1"},
                                                      {"stylize.style_weight", "1e4"},
                                                      {"stylize.tv_weight", "0.001"}};

bool nothing(const std::string& /*setting*/) {
  return false;
}

TEST_CASE("what a network recommends becomes the default") {
  StylizeSettings settings;
  adopt_recommended(kMetadata, "file", nothing, settings);
  CHECK(settings.content_weight == 0.5);
  CHECK(settings.style_weight == 1e4);
  CHECK(settings.tv_weight == 0.001);
  CHECK(settings.lbfgs_history == 20);
  REQUIRE(settings.content_layers.size() == 1);
  CHECK(settings.content_layers[0].name == "relu4_1");
  REQUIRE(settings.style_layers.size() == 2);
  CHECK(settings.style_layers[0].weight == 2);
  CHECK(settings.iterations == StylizeSettings{}.iterations);
}

TEST_CASE("what the user chose stays, each setting for itself") {
  for (const auto& [key, value] : kMetadata) {
    if (!key.starts_with("stylize.")) continue;
    CAPTURE(key);
    StylizeSettings all, others;
    adopt_recommended({{key, value}}, "file", nothing, all);
    const auto chosen = [&](const std::string& setting) { return "stylize." + setting == key; };
    adopt_recommended(kMetadata, "file", chosen, others);
    const StylizeSettings plain;
    CHECK((others.content_weight == plain.content_weight) == (key == "stylize.content_weight"));
    CHECK((others.style_weight == plain.style_weight) == (key == "stylize.style_weight"));
    CHECK((others.tv_weight == plain.tv_weight) == (key == "stylize.tv_weight"));
    CHECK((others.lbfgs_history == plain.lbfgs_history) == (key == "stylize.lbfgs_history"));
    CHECK(others.content_layers.empty() == (key == "stylize.content_layers"));
    CHECK(others.style_layers.empty() == (key == "stylize.style_layers"));
    CHECK((all.content_weight != plain.content_weight) == (key == "stylize.content_weight"));
  }
}

TEST_CASE("a recommendation that cannot be read is refused, naming file and key") {
  const auto refuse = [](const std::string& key, const std::string& value) {
    CAPTURE(key + "=" + value);
    StylizeSettings settings;
    CHECK_THROWS_WITH_AS(adopt_recommended({{key, value}}, "w.safetensors", nothing, settings),
                         doctest::Contains(("w.safetensors: metadata " + key).c_str()), InputError);
  };
  for (const char* value : {"", "much", "1x", "-1", "nan", "inf"}) {
    refuse("stylize.style_weight", value);
  }
  for (const char* value : {"", "0", "-3", "1.5"}) refuse("stylize.lbfgs_history", value);
  refuse("stylize.style_layers", "relu1_1=-1");
}

}  // namespace
}  // namespace impasto
