// The real VGG-19 (through conv3_4) on real pictures against PyTorch in float64. The files are
// other people's work and stay outside the repository: $IMPASTO_SHARED names the folder that has
// them.
#include <cmath>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "nn/vgg.h"
#include "ops/gram/gram.h"
#include "style/pictures.h"
#include "tests/support/compare.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

const char* shared_folder() {
  const char* folder = std::getenv("IMPASTO_SHARED");
  if (folder == nullptr) MESSAGE("skipped: IMPASTO_SHARED is not set");
  return folder;
}

// Between the files' space (BGR minus mean, [h, w, 3]) and ours (RGB, [1, h, w, 3]).
constexpr float kMean[] = {103.939f, 116.779f, 123.68f};

Tensor flip_channels(const Tensor& image) {
  Tensor result = image.to(DType::f32).clone();
  std::span<float> values = result.values<float>();
  for (std::size_t i = 0; i < values.size(); i += 3) std::swap(values[i], values[i + 2]);
  return result;
}

Tensor picture_of(const Tensor& file) {
  Tensor image = file.to(DType::f32).clone();
  std::span<float> values = image.values<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += kMean[i % 3];
  return flip_channels(image).reshape({1, image.shape()[0], image.shape()[1], 3});
}

double relative(double got, double want) {
  return std::abs(got - want) / std::abs(want);
}

struct Case {
  Case(const std::string& folder, const std::string& name, Device device)
      : golden(read_safetensors(folder + "/golden/" + name + ".safetensors")),
        network(vgg_spec(read_weights(folder + "/weights/vgg19-conv1_1-conv3_4.safetensors"),
                         "conv3_4"),
                PoolKind::max, device),
        content(to_batch(load_image(folder + "/golden/" + name + ".content.png"))),
        style(to_batch(load_image(folder + "/golden/" + name + ".style.png"))) {
    settings.content_layers = {{"relu3_3", 1}};
    settings.style_layers = {{"relu1_1", 1}, {"relu2_1", 1}, {"relu3_1", 1}};
    settings.iterations = 30;
  }
  const Tensor& at(const std::string& name) const { return golden.tensors.at(name); }

  NamedTensors golden;
  Vgg network;
  Tensor content;
  Tensor style;
  StylizeSettings settings;
};

template <class F>
void for_both(F body, Device device = {}) {
  const char* folder = shared_folder();
  if (folder == nullptr) return;
  for (const char* name : {"bridge", "tubingen"}) {
    CAPTURE(name);
    Case golden(folder, name, device);
    ContextOptions options;
    options.device = device;
    Context context(options);
    body(context, golden);
  }
}

TEST_CASE("real features and Gram matrices within 1e-5") {
  for_both([](Context& context, Case& golden) {
    for (const auto& [name, want] : golden.golden.tensors) {
      CAPTURE(name);
      if (name.starts_with("content.")) {
        const std::string layer = name.substr(8);
        const auto taps =
            golden.network.forward(context, Variable(golden.content), std::span(&layer, 1));
        CHECK(test::relative_error(taps.at(layer).value().reshape(want.shape()), want) < 1e-5);
      } else if (name.starts_with("style.gram.")) {
        const std::string layer = name.substr(11);
        const auto taps =
            golden.network.forward(context, Variable(golden.style), std::span(&layer, 1));
        const Tensor map = taps.at(layer).value();
        const Tensor got = gram_forward(context, map, gram_scale(map.shape()));
        CHECK(test::relative_error(got.reshape(want.shape()), want) < 1e-5);
      }
    }
  });
}

void check_evaluation(Device device, double gradient) {
  const auto check = [gradient](Context& context, Case& golden) {
    StyleObjective objective(context, golden.network, golden.settings, golden.content,
                             {golden.style});
    const LossGradient got = objective.evaluate(context, picture_of(golden.at("start")), true);
    CHECK(relative(got.losses.total, golden.at("loss.total").item()) < 1e-5);
    CHECK(relative(got.losses.content.at("relu3_3"), golden.at("loss.relu3_3").item()) < 1e-5);
    for (const auto& [layer, loss] : got.losses.style) {
      CAPTURE(layer);
      CHECK(relative(loss, golden.at("loss." + layer).item()) < 1e-5);
    }
    const Tensor want = golden.at("gradient");
    const Tensor flipped = flip_channels(got.gradient.to(Device{}).reshape(want.shape()));
    CHECK(test::relative_error(flipped, want) < gradient);
  };
  for_both(check, device);
}

TEST_CASE("real losses within 1e-5 and the picture's gradient within 1e-4") {
  check_evaluation({}, 1e-4);
}

TEST_CASE("on simt, with the GPU kernels, real losses within 1e-5 and the gradient within 1e-3") {
  check_evaluation({DeviceType::simt}, 1e-3);
}

TEST_CASE("thirty real L-BFGS evaluations: the first two within 1e-5, the last within 2 %") {
  for_both([](Context& context, Case& golden) {
    std::vector<double> losses;
    StylizeCallbacks callbacks;
    callbacks.on_evaluation = [&](const EvaluationRecord& record) {
      losses.push_back(record.losses.total);
    };
    stylize(context, golden.network, golden.settings,
            {golden.content, {golden.style}, golden.content}, callbacks);
    const std::span<const double> want = golden.at("lbfgs.loss").values<double>();
    REQUIRE(losses.size() == 30);
    CHECK(relative(losses[0], want[0]) < 1e-5);
    CHECK(relative(losses[1], want[1]) < 1e-5);
    CHECK(relative(losses[29], want[29]) < 0.02);
  });
}

}  // namespace
}  // namespace impasto
