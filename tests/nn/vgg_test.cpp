#include "nn/vgg.h"

#include <doctest/doctest.h>

#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::random_tensor;
using Names = std::vector<std::string>;

NamedTensors tiny_weights(const std::vector<std::pair<std::string, std::int64_t>>& convs) {
  NamedTensors weights;
  std::int64_t ic = 3;
  std::uint64_t seed = 1;
  for (const auto& [name, oc] : convs) {
    const std::int64_t kernel = name == "conv0" ? 1 : 3;
    weights.tensors[name + ".weight"] = random_tensor({oc, ic, kernel, kernel}, DType::f32, seed++);
    weights.tensors[name + ".bias"] = random_tensor({oc}, DType::f32, seed++);
    ic = oc;
  }
  return weights;
}

const std::vector<std::pair<std::string, std::int64_t>> kTiny = {
    {"conv0", 3}, {"conv1_1", 4}, {"conv1_2", 5}, {"conv2_1", 6}};

Variable picture(std::int64_t h, std::int64_t w) {
  return Variable(random_tensor({1, h, w, 3}, DType::f32, 77));
}

TEST_CASE("depth, channels and names come from the weights") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  CHECK(network.layers() ==
        Names{"conv0", "conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1", "relu2_1"});
  CHECK(network.layer_shape("relu2_1", 9, 13) == Shape{1, 4, 6, 6});
  Context context;
  const Names wanted = {"relu2_1", "conv1_1"};
  const auto taps = network.forward(context, picture(9, 13), wanted);
  CHECK(taps.size() == 2);
  CHECK(taps.at("relu2_1").shape() == Shape{1, 4, 6, 6});
  CHECK(taps.at("conv1_1").shape() == Shape{1, 9, 13, 4});
}

TEST_CASE("a layer's value does not depend on which others are tapped") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  Context context;
  const Variable x = picture(8, 8);
  const auto all = network.forward(context, x, network.layers());
  for (const std::string& layer : network.layers()) {
    CAPTURE(layer);
    const auto one = network.forward(context, x, std::span(&layer, 1));
    CHECK(test::compare_exact(one.at(layer).value(), all.at(layer).value()).ok);
  }
}

std::int64_t launches_of(const Context& context, std::string_view prefix) {
  std::int64_t count = 0;
  for (const auto& [id, runs] : context.launches()) {
    if (id.starts_with(prefix)) count += runs;
  }
  return count;
}

// Tapping a layer before a pool keeps the pool from being fused with the convolution.
TEST_CASE("a fused pool changes neither deeper features nor the gradient") {
  const std::vector<std::pair<std::string, std::int64_t>> convs = {
      {"conv1_1", 16}, {"conv1_2", 24}, {"conv2_1", 32}, {"conv2_2", 16}, {"conv3_1", 20}};
  const Names fused = {"pool1", "relu3_1"}, whole = {"relu1_2", "pool1", "relu2_2", "relu3_1"},
              sums = {"conv1_2", "pool1", "conv2_2", "relu3_1"};
  for (PoolKind pooling : {PoolKind::max, PoolKind::average}) {
    for (std::int64_t side : {23, 48}) {  // odd feature maps, and even ones of many tiles
      CAPTURE(to_string(pooling));
      CAPTURE(side);
      Vgg network(vgg_spec(tiny_weights(convs), "test"), pooling);
      Context context;
      const auto run = [&](const Names& wanted) {
        Variable x(random_tensor({2, side, side + 3, 3}, DType::f32, 77), true);
        const auto taps = network.forward(context, x, wanted);
        const Variable& top = taps.at("relu3_1");
        backward(context, top, random_tensor(top.shape(), DType::f32, 5));
        return std::vector<Tensor>{taps.at("pool1").value(), top.value(), x.grad()};
      };
      const auto want = run(fused);
      CHECK(launches_of(context, "pool2d.") == 0);
      for (const Names& tapped : {whole, sums}) {
        const auto got = run(tapped);
        for (std::size_t i = 0; i < want.size(); ++i) {
          CAPTURE(i);
          CHECK(test::relative_error(got[i], want[i]) < 1e-5);
        }
      }
    }
  }
}

TEST_CASE("layers are visited in network order, each before the next is computed") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  Context context;
  const Names wanted = {"relu2_1", "conv1_1", "relu1_1", "conv0", "pool1"};
  Names seen;
  std::vector<std::int64_t> computed;
  network.forward(context, picture(8, 8), wanted, [&](const std::string& layer, const Variable& x) {
    CHECK(x.shape() == network.layer_shape(layer, 8, 8));
    seen.push_back(layer);
    computed.push_back(launches_of(context, "conv2d.fwd."));
  });
  CHECK(seen == Names{"conv0", "conv1_1", "relu1_1", "pool1", "relu2_1"});
  CHECK(computed == std::vector<std::int64_t>{2, 3, 3, 4, 5});  // with the input convention
}

TEST_CASE("nothing behind the deepest tapped layer runs") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  Context context;
  const Names wanted = {"relu1_1"};
  network.forward(context, picture(8, 8), wanted);
  CHECK(launches_of(context, "conv2d.fwd.") == 3);  // the input convention, conv0, conv1_1
}

TEST_CASE("the input convention is read from the metadata") {
  NamedTensors weights = tiny_weights({{"conv1_1", 3}});
  // A filter that passes its input through, so that conv1_1 shows what the network sees.
  Tensor& wei = weights.tensors["conv1_1.weight"] = Tensor::zeros({3, 3, 3, 3});
  for (std::int64_t c = 0; c < 3; ++c) wei.data<float>()[(c * 3 + c) * 9 + 4] = 1;
  weights.tensors["conv1_1.bias"] = Tensor::zeros({3});
  const Names wanted = {"conv1_1"};
  Context context;
  const Variable rgb(Tensor::from<float>({1, 1, 1, 3}, {10, 20, 255}));
  const auto see = [&](std::map<std::string, std::string> metadata) {
    weights.metadata = std::move(metadata);
    Vgg network(vgg_spec(weights, "test"));
    return network.forward(context, rgb, wanted).at("conv1_1").value().reshape({3});
  };
  CHECK(test::compare(see({}),
                      Tensor::from<double>({3}, {255 - 103.939, 20 - 116.779, 10 - 123.68}), 1e-4)
            .ok);
  CHECK(
      test::compare(see({{"input.channels", "RGB"}, {"input.range", "1"}, {"input.mean", "0 0 0"}}),
                    Tensor::from<double>({3}, {10 / 255.0, 20 / 255.0, 1}), 1e-6)
          .ok);
  CHECK(
      test::compare(see({{"input.channels", "RGB"},
                         {"input.range", "1"},
                         {"input.mean", "0.485 0.456 0.406"},
                         {"input.std", "0.229 0.224 0.225"}}),
                    Tensor::from<double>({3}, {(10 / 255.0 - 0.485) / 0.229,
                                               (20 / 255.0 - 0.456) / 0.224, (1 - 0.406) / 0.225}),
                    1e-5)
          .ok);
}

TEST_CASE("padding comes from the weights") {
  NamedTensors weights = tiny_weights({{"conv1_1", 3}});
  const Names wanted = {"relu1_1"};
  Context context;
  const auto corner = [&](const char* padding) {
    weights.metadata["padding"] = padding;
    Vgg network(vgg_spec(weights, "test"));
    return network.forward(context, picture(5, 5), wanted).at("relu1_1").value();
  };
  CHECK_FALSE(test::compare(corner("zero"), corner("reflect"), 1e-3).ok);
}

TEST_CASE("weights that are no VGG are refused, naming file and layer") {
  const auto refuse = [](NamedTensors weights, const char* message) {
    CHECK_THROWS_WITH_AS(vgg_spec(weights, "a.file"), doctest::Contains(message), InputError);
  };
  refuse({}, "a.file: no layer conv1_1.weight");
  refuse(tiny_weights({{"conv1_1", 4}, {"conv1_3", 4}}), "conv1_3 is there, but a layer before it");
  refuse(tiny_weights({{"conv1_2", 4}}), "a layer before it");
  NamedTensors weights = tiny_weights(kTiny);
  weights.tensors["conv1_2.weight"] = Tensor::zeros({5, 3, 3, 3});
  refuse(weights, "conv1_2.weight is [5, 3, 3, 3], expected [*, 4, 3, 3]");
  weights = tiny_weights(kTiny);
  weights.tensors["conv1_2.bias"] = Tensor::zeros({4});
  refuse(weights, "conv1_2.bias is [4], expected [5]");
  weights = tiny_weights(kTiny);
  weights.tensors.erase("conv1_2.bias");
  refuse(weights, "conv1_2.bias is missing");
  weights = tiny_weights(kTiny);
  weights.metadata["input.mean"] = "1 2 x";
  refuse(weights, "input.mean");
  weights = tiny_weights(kTiny);
  weights.metadata["input.channels"] = "GRB";
  refuse(weights, "input.channels is 'GRB', expected RGB or BGR");
}

TEST_CASE("a missing layer is an error that says what there is") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  Context context;
  const Names wanted = {"relu4_2"};
  CHECK_THROWS_WITH_AS(
      network.forward(context, picture(8, 8), wanted),
      doctest::Contains("no layer 'relu4_2' in this network; it has conv0, conv1_1"), InputError);
}

TEST_CASE("pictures that are too small say for which layer") {
  Vgg network(vgg_spec(tiny_weights(kTiny), "tiny"));
  CHECK(network.layer_shape("relu1_2", 1, 1) == Shape{1, 1, 1, 5});
  CHECK_THROWS_WITH_AS(network.layer_shape("relu2_1", 1, 5), doctest::Contains("too small"),
                       InputError);
}

TEST_CASE("random networks are pure functions of the seed") {
  const VggSpec a = random_vgg_spec(7), b = random_vgg_spec(7), c = random_vgg_spec(8);
  CHECK(a.convs.size() == 13);
  CHECK(test::compare_exact(a.convs[5].wei, b.convs[5].wei).ok);
  CHECK_FALSE(test::compare_exact(a.convs[5].wei, c.convs[5].wei).ok);
  CHECK_FALSE(test::compare_exact(a.convs[10].wei, a.convs[11].wei).ok);
}

}  // namespace
}  // namespace impasto
