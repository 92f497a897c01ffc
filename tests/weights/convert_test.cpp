// Input conventions, conversion and its provenance, and what is told about a file.

#include "weights/convert.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/weights/tiny_network.h"
#include "weights/describe.h"
#include "weights/digest.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

using test::fixture;
using Metadata = std::map<std::string, std::string>;

constexpr const char* kCaffeMean = "103.939 116.779 123.68";
constexpr const char* kTorchvisionMean = "0.485 0.456 0.406";

TEST_CASE("the input convention follows the naming, and a guess is owned up to") {
  const Metadata keras = read_weights(fixture("weights/keras1.h5")).metadata;
  CHECK(keras.at("input.channels") == "BGR");
  CHECK(keras.at("input.range") == "255");
  CHECK(keras.at("input.mean") == kCaffeMean);
  CHECK_FALSE(keras.contains("input.assumed"));
  CHECK(keras.at("padding") == "zero");
  CHECK(keras.at("layout") == "OIHW");

  const Metadata torch = read_weights(fixture("weights/zip.pth")).metadata;
  CHECK(torch.at("input.channels") == "RGB");
  CHECK(torch.at("input.range") == "1");
  CHECK(torch.at("input.mean") == kTorchvisionMean);
  CHECK(torch.at("input.std") == "0.229 0.224 0.225");
  CHECK(torch.contains("input.assumed"));

  const Metadata told = read_weights(fixture("weights/zip.pth"), InputPreset::caffe).metadata;
  CHECK(told.at("input.mean") == kCaffeMean);
  CHECK_FALSE(told.contains("input.std"));
  CHECK_FALSE(told.contains("input.assumed"));
  CHECK(parse_input_preset("caffe") == InputPreset::caffe);
  CHECK(parse_input_preset("torchvision") == InputPreset::torchvision);
  CHECK_THROWS_WITH_AS(parse_input_preset("rgb"), doctest::Contains("'rgb'"), InputError);
}

TEST_CASE("the Oxford group's parameters are known under other programs' names") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "w.safetensors";
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
    NamedTensors weights;
    weights.tensors["features.0.weight"] = Tensor::zeros({64, 3, 3, 3}, dtype);
    Tensor bias = Tensor::zeros({64});
    const float first[] = {0.7301776f, 0.06493629f, 0.03428847f, 0.8260386f};
    std::copy(std::begin(first), std::end(first), bias.data<float>());
    weights.tensors["features.0.bias"] = bias.to(dtype);
    write_safetensors(path, weights);
    Metadata metadata = read_weights(path).metadata;
    CHECK(metadata.at("input.mean") == kCaffeMean);
    CHECK(metadata.at("license").find("Oxford") != std::string::npos);
    CHECK_FALSE(metadata.contains("input.assumed"));

    bias.data<float>()[3] = 0.7f;
    weights.tensors["features.0.bias"] = bias.to(dtype);
    write_safetensors(path, weights);
    metadata = read_weights(path).metadata;
    CHECK(metadata.at("input.mean") == kTorchvisionMean);
    CHECK_FALSE(metadata.contains("license"));
  }
}

TEST_CASE("a conversion keeps the values and records where they came from") {
  const test::TemporaryFolder folder;
  const std::string source = fixture("weights/legacy.pth");
  const std::string out = folder / "out.safetensors";
  convert_weights(source, out, {InputPreset::caffe, "reflect", "MIT", "", DType::f16});
  const NamedTensors raw = read_safetensors(out);
  CHECK(raw.tensors.at("conv1_1.weight").dtype() == DType::f16);
  const NamedTensors got = read_weights(out);
  for (const auto& [name, tensor] : test::tiny_network().tensors) {
    CHECK(test::compare_exact(got.tensors.at(name), tensor).ok);
  }
  CHECK(got.metadata.at("source") == "legacy.pth");
  CHECK(got.metadata.at("source.sha256") == file_digest(source, Digest::sha256));
  CHECK(got.metadata.at("converter").starts_with("impasto "));
  CHECK(got.metadata.at("padding") == "reflect");
  CHECK(got.metadata.at("license") == "MIT");
  CHECK(got.metadata.at("input.mean") == kCaffeMean);
  CHECK(got.metadata.at("network") == "VGG-like, conv1_1 to conv3_1");

  // Once more, in place: the first source stays.
  convert_weights(out, out, {{}, "", "", "", DType::bf16});
  const NamedTensors again = read_safetensors(out);
  CHECK(again.tensors.at("conv1_1.weight").dtype() == DType::bf16);
  CHECK(again.metadata == got.metadata);
  CHECK(folder.count() == 1);
}

TEST_CASE("a conversion that cannot be right is refused and writes nothing") {
  const test::TemporaryFolder folder;
  const std::string in = folder / "in.safetensors";
  const std::string out = folder / "out.safetensors";
  NamedTensors weights = test::tiny_network();
  weights.tensors.at("conv1_1.bias").data<float>()[0] = 70'000;
  write_safetensors(in, weights);
  CHECK_THROWS_WITH_AS(convert_weights(in, out, {{}, "", "", "", DType::f16}),
                       doctest::Contains("infinity as f16"), InputError);
  CHECK_THROWS_WITH_AS(convert_weights(in, out, {{}, "mirror", "", "", DType::f32}),
                       doctest::Contains("'mirror'"), InputError);
  CHECK_THROWS_AS(convert_weights(in, out, {{}, "", "", "", DType::i32}), InputError);
  CHECK_THROWS_AS(convert_weights(folder / "none", out), InputError);
  weights.metadata["layout"] = "OHWI";
  write_safetensors(in, weights);
  CHECK_THROWS_WITH_AS(convert_weights(in, out), doctest::Contains("'OHWI'"), InputError);
  CHECK(folder.count() == 1);
}

TEST_CASE("digests are the published ones") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "abc", "abc");
  CHECK(file_digest(folder / "abc", Digest::md5) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(file_digest(folder / "abc", Digest::sha256) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a description has everything a user asks for") {
  const std::string path = fixture("weights/keras1.h5");
  const auto json = nlohmann::json::parse(describe_weights_json(path));
  CHECK(json.at("format") == "Keras HDF5");
  CHECK(json.at("bytes") == std::filesystem::file_size(path));
  CHECK(json.at("tensors").size() == 10);
  CHECK(json.at("tensors").at("conv3_1.weight").at("shape") == nlohmann::json({6, 5, 3, 3}));
  CHECK(json.at("metadata").at("input.channels") == "BGR");
  std::string text;
  for (const std::string& line : describe_weights(path)) {
    CHECK(line.find('\n') == line.npos);
    text += line + "\n";
  }
  CHECK(text.find("VGG-like, conv1_1 to conv3_1") != text.npos);
  CHECK(text.find("f32 [6, 5, 3, 3]") != text.npos);
  CHECK(summarize_weights(path) == "VGG-like, conv1_1 to conv3_1; f32, 0.0 MB, Keras HDF5");
}

TEST_CASE("the original VGG-19 survives a round trip") {
  const std::string path = test::shared_file("weights/vgg19-conv1_1-conv3_4.safetensors");
  if (path.empty()) return;
  const test::TemporaryFolder folder;
  convert_weights(path, folder / "copy.safetensors");
  const NamedTensors original = read_weights(path);
  const NamedTensors copy = read_weights(folder / "copy.safetensors");
  CHECK(original.tensors.size() == 16);
  for (const auto& [name, tensor] : original.tensors) {
    CHECK(test::compare_exact(copy.tensors.at(name), tensor).ok);
  }
  CHECK(is_oxford_bias(original.tensors.at("conv1_1.bias")));
  CHECK(copy.metadata.at("license") == original.metadata.at("license"));
  CHECK(copy.metadata.at("source").find(original.metadata.at("source")) != std::string::npos);
}

TEST_CASE("the compact network keeps its conv0, its padding and its range") {
  const std::string path = test::shared_file("weights/vgg19-compact16x.safetensors");
  if (path.empty()) return;
  const NamedTensors weights = read_weights(path);
  CHECK(weights.tensors.at("conv0.weight").shape() == Shape{3, 3, 1, 1});
  CHECK(weights.tensors.contains("conv5_1_to_vgg.weight"));
  CHECK(weights.metadata.at("padding") == "reflect");
  CHECK(weights.metadata.at("input.channels") == "RGB");
  CHECK_FALSE(weights.metadata.contains("input.assumed"));
}

}  // namespace
}  // namespace impasto
