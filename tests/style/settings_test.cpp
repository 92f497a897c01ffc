#include "style/settings.h"

#include <cmath>

#include <doctest/doctest.h>

#include "nn/vgg.h"
#include "style/layers.h"
#include "tensor/error.h"

namespace impasto {
namespace {

TEST_CASE("layer lists carry weights") {
  const auto layers = parse_layers("relu1_1,relu2_1=0.5", "--style-layers");
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].name == "relu1_1");
  CHECK(layers[0].weight == 1);
  CHECK(layers[1].weight == 0.5);
}

TEST_CASE("layer lists that make no sense name the option and the item") {
  for (const char* text : {"", "relu1_1,", ",relu1_1", "relu1_1=", "relu1_1=x", "relu1_1=-1",
                           "relu1_1=nan", "relu1_1=1x", "=2"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(parse_layers(text, "--style-layers"),
                         doctest::Contains("--style-layers: '"), InputError);
  }
  CHECK_THROWS_WITH_AS(parse_layers("relu1_1,relu1_1", "--style-layers"),
                       doctest::Contains("named twice"), InputError);
}

TEST_CASE("settings that make no sense are refused, naming the option") {
  const auto refuse = [](auto change, const char* message) {
    StylizeSettings settings;
    change(settings);
    CHECK_THROWS_WITH_AS(check_settings(settings), doctest::Contains(message), InputError);
  };
  CHECK_NOTHROW(check_settings({}));
  refuse([](auto& s) { s.content_weight = -1; }, "--content-weight");
  refuse([](auto& s) { s.style_weight = NAN; }, "--style-weight");
  refuse([](auto& s) { s.tv_weight = INFINITY; }, "--tv-weight");
  refuse([](auto& s) { s.content_weight = s.style_weight = 0; }, "at least one of");
  refuse([](auto& s) { s.iterations = 0; }, "--iterations");
  refuse([](auto& s) { s.lbfgs_history = 0; }, "--lbfgs-history");
  refuse([](auto& s) { s.learning_rate = -1; }, "--learning-rate");
  refuse([](auto& s) { s.style_blend = {1, -1}; }, "--style-blend");
  refuse([](auto& s) { s.style_blend = {0, 0}; }, "--style-blend");
}

Vgg network_through(std::size_t convs) {
  VggSpec spec = random_vgg_spec(1);
  spec.convs.resize(convs);
  return Vgg(spec);
}

std::vector<std::string> names(const std::vector<WeightedLayer>& layers) {
  std::vector<std::string> result;
  for (const WeightedLayer& layer : layers) result.push_back(layer.name);
  return result;
}

using Names = std::vector<std::string>;

TEST_CASE("a full network gets the classic layers without a note") {
  const LossLayers layers = resolve_layers(network_through(13), {});
  CHECK(names(layers.content) == Names{"relu4_2"});
  CHECK(names(layers.style) == Names{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"});
  CHECK(layers.notes.empty());
  CHECK(layers.names() == Names{"relu4_2", "relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"});
}

TEST_CASE("where the network ends early, the nearest layer stands in, once, and is noted") {
  const LossLayers layers = resolve_layers(network_through(8), {});  // conv3_4
  CHECK(names(layers.content) == Names{"relu3_4"});
  CHECK(names(layers.style) == Names{"relu1_1", "relu2_1", "relu3_1", "relu3_4"});
  REQUIRE(layers.notes.size() == 3);
  CHECK(layers.notes[0] == "the network ends before relu4_2: the content loss uses relu3_4");
  CHECK(layers.notes[2] == "the network ends before relu5_1: the style loss already has relu3_4");
}

TEST_CASE("layers asked for by name must exist") {
  StylizeSettings settings;
  settings.style_layers = {{"relu9_1", 1}};
  CHECK_THROWS_WITH_AS(resolve_layers(network_through(8), settings),
                       doctest::Contains("no layer 'relu9_1'"), InputError);
}

TEST_CASE("a loss of weight zero taps nothing") {
  StylizeSettings settings;
  settings.content_weight = 0;
  CHECK(resolve_layers(network_through(13), settings).content.empty());
}

}  // namespace
}  // namespace impasto
