// Layer names of other programs, and the shape of a network.

#include "weights/network.h"

#include <limits>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/files.h"
#include "tests/weights/tiny_network.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

// An index without data: names and shapes are all that is looked at.
Archive archive_of(const std::vector<std::pair<std::string, Shape>>& tensors) {
  Archive archive{"test", "none", {}, {}};
  for (const auto& [name, shape] : tensors) archive.tensors[name] = {DType::f32, shape, {}};
  return archive;
}

// A VGG network by torchvision's names: places count ReLU and pooling layers.
Archive torchvision_archive(const std::vector<int>& convs_of_block) {
  Archive archive =
      archive_of({{"classifier.0.weight", {4096, 25088}}, {"classifier.0.bias", {4096}}});
  int place = 0;
  std::int64_t ic = 3;
  for (std::size_t block = 0; block < convs_of_block.size(); ++block) {
    const std::int64_t oc = std::min<std::int64_t>(512, std::int64_t{64} << block);
    for (int i = 0; i < convs_of_block[block]; ++i) {
      archive.tensors[fmt::format("features.{}.weight", place)] = {DType::f32, {oc, ic, 3, 3}, {}};
      archive.tensors[fmt::format("features.{}.bias", place)] = {DType::f32, {oc}, {}};
      ic = oc;
      place += 2;
    }
    ++place;
  }
  return archive;
}

TEST_CASE("torchvision's places become layers, for every depth") {
  const struct {
    std::vector<int> blocks;
    const char* name;
  } cases[] = {
      {{2, 2, 4, 4, 4}, "VGG-19, conv1_1 to conv5_4"},
      {{2, 2, 3, 3, 3}, "VGG-16, conv1_1 to conv5_3"},
      {{2, 2, 2, 2, 2}, "VGG-like, conv1_1 to conv5_2"},
      {{2, 2, 4}, "VGG-19, conv1_1 to conv3_4"},
      {{2, 2, 4, 1}, "VGG-19, conv1_1 to conv4_1"},
  };
  for (const auto& [blocks, name] : cases) {
    Archive archive = torchvision_archive(blocks);
    CHECK(rename_layers(archive) == Naming::torchvision);
    CHECK(network_name(check_network(archive)) == name);
    CHECK_FALSE(archive.tensors.contains("classifier.0.weight"));
  }
  // The published places of VGG-19's first convolutions of each block.
  Archive archive = torchvision_archive({2, 2, 4, 4, 4});
  const Archive original = archive;
  rename_layers(archive);
  for (const auto& [place, layer] : {std::pair("5", "conv2_1"),
                                     {"10", "conv3_1"},
                                     {"19", "conv4_1"},
                                     {"28", "conv5_1"},
                                     {"34", "conv5_4"}}) {
    CHECK(original.tensors.at(fmt::format("features.{}.weight", place)).shape ==
          archive.tensors.at(fmt::format("{}.weight", layer)).shape);
  }
  CHECK(archive.tensors.size() == 32);
}

TEST_CASE("networks of another kind are refused") {
  Archive normalised = archive_of({{"features.0.weight", {64, 3, 3, 3}},
                                   {"features.1.weight", {64}},
                                   {"features.3.weight", {64, 64, 3, 3}}});
  CHECK_THROWS_WITH_AS(rename_layers(normalised), doctest::Contains("batch normalisation"),
                       InputError);
  Archive other = archive_of({{"layer1.conv.weight", {64, 3, 7, 7}}});
  CHECK_THROWS_WITH_AS(rename_layers(other), doctest::Contains("'layer1.conv.weight'"), InputError);
  Archive none = archive_of({});
  CHECK_THROWS_WITH_AS(rename_layers(none), doctest::Contains("no tensors"), InputError);
}

TEST_CASE("a network whose parts do not fit is refused with the layer's name") {
  const std::vector<std::pair<std::string, Shape>> good = {
      {"conv1_1.weight", {8, 3, 3, 3}},          {"conv1_1.bias", {8}},
      {"conv1_2.weight", {8, 8, 3, 3}},          {"conv1_2.bias", {8}},
      {"conv2_1.weight", {9, 8, 1, 1}},          {"conv2_1.bias", {9}},
      {"conv2_1_to_vgg.weight", {128, 9, 1, 1}},
  };
  CHECK(check_network(archive_of(good)).size() == 3);
  const struct {
    const char* tensor;
    std::optional<Shape> shape;  // empty: removed
    const char* reason;
  } cases[] = {
      {"conv1_1.weight", {}, "conv1_1.weight is missing"},
      {"conv1_2.bias", {}, "conv1_2.bias is missing"},
      {"conv1_1.weight", Shape{8, 4, 3, 3}, "takes 4 channels but gets 3"},
      {"conv1_2.weight", Shape{8, 7, 3, 3}, "takes 7 channels but gets 8"},
      {"conv1_1.weight", Shape{7, 3, 3, 3}, "conv1_1.bias is [8], not [7]"},
      {"conv1_1.weight", Shape{8, 3, 3}, "conv1_1.weight is [8, 3, 3]"},
      {"conv1_1.weight", Shape{8, 3, 2, 2}, "odd k"},
      {"conv1_1.weight", Shape{8, 3, 3, 5}, "odd k"},
      {"conv1_1.weight", Shape{0, 3, 3, 3}, "conv1_1.weight is [0, 3, 3, 3]"},
      {"conv1_2.bias", Shape{8, 1}, "conv1_2.bias is [8, 1]"},
  };
  for (const auto& [tensor, shape, reason] : cases) {
    CAPTURE(reason);
    Archive archive = archive_of(good);
    archive.tensors.erase(tensor);
    if (shape) archive.tensors[tensor] = {DType::f32, *shape, {}};
    CHECK_THROWS_WITH_AS(check_network(archive), doctest::Contains(reason), InputError);
  }
  Archive gap = archive_of(good);
  gap.tensors.erase("conv1_2.weight");
  gap.tensors.erase("conv1_2.bias");
  gap.tensors.erase("conv1_1.weight");
  gap.tensors.erase("conv1_1.bias");
  CHECK_THROWS_WITH_AS(check_network(gap), doctest::Contains("conv2_1 but not conv1_1"),
                       InputError);
}

TEST_CASE("a leading 1x1 convolution sets the channels of conv1_1") {
  Archive archive = archive_of({{"conv0.weight", {5, 3, 1, 1}},
                                {"conv0.bias", {5}},
                                {"conv1_1.weight", {8, 5, 3, 3}},
                                {"conv1_1.bias", {8}}});
  CHECK(check_network(archive).size() == 1);
  archive.tensors["conv0.weight"].shape = {4, 3, 1, 1};
  archive.tensors["conv0.bias"].shape = {4};
  CHECK_THROWS_AS(check_network(archive), InputError);
}

TEST_CASE("values that are not finite are refused with file and tensor") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "w.safetensors";
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16, DType::f64}) {
      NamedTensors weights = test::tiny_network();
      weights.tensors.at("conv2_1.bias").data<float>()[4] = bad;
      for (auto& [name, tensor] : weights.tensors) tensor = tensor.to(dtype);
      write_safetensors(path, weights);
      CHECK_THROWS_WITH_AS(read_weights(path), doctest::Contains("'conv2_1.bias'"), InputError);
    }
  }
  // Finite in double, but not in the float that the network computes with.
  NamedTensors weights = test::tiny_network();
  weights.tensors["conv1_1.bias"] = Tensor::full({4}, 1e300, DType::f64);
  write_safetensors(path, weights);
  CHECK_THROWS_WITH_AS(read_weights(path), doctest::Contains("'conv1_1.bias'"), InputError);
}

}  // namespace
}  // namespace impasto
