#include "tools/train/normalise.h"

#include <numeric>

#include <doctest/doctest.h>

#include "tensor/random.h"
#include "tests/support/compare.h"
#include "tests/train/tiny_run.h"

namespace impasto {
namespace {

using train::mean_activations;
using train::Normalisation;
using train::normalised;

const std::vector<std::string> kLayers = {"relu1_1", "relu1_2", "pool1",
                                          "relu2_1", "pool2",   "relu3_1"};

VggSpec spec_of(PadMode pad_mode) {
  VggSpec spec = test::tiny_teacher({{6, 8, 5}, {2, 1, 1}}, 3);
  for (VggSpec::Conv& conv : spec.convs) {
    conv.wei = conv.wei.to(DType::f64);
    conv.bias = Tensor::full(conv.bias.shape(), 0.1, DType::f64);
  }
  spec.convs[1].bias.data<double>()[2] = -100;  // never active
  spec.dtype = DType::f64;
  spec.pad_mode = pad_mode;
  return spec;
}

std::vector<Tensor> pictures() {
  std::vector<Tensor> all;
  for (std::uint64_t seed : {1u, 2u}) {
    Tensor picture = Tensor::empty({1, 18, 22, 3}, DType::f64);
    fill_uniform(picture, seed, 0, 255);
    all.push_back(picture);
  }
  return all;
}

TEST_CASE("each channel's mean is 1, and all else is as before but for that factor") {
  Context context;
  for (PadMode pad_mode : {PadMode::zero, PadMode::reflect}) {
    for (PoolKind pooling : {PoolKind::max, PoolKind::average}) {
      const VggSpec before = spec_of(pad_mode);
      const train::Means means = mean_activations(context, before, pictures());
      const VggSpec after = normalised(before, means, Normalisation::channel);
      Vgg one(before, pooling), other(after, pooling);
      for (const Tensor& picture : pictures()) {
        const auto want = one.forward(context, Variable(picture), kLayers);
        const auto got = other.forward(context, Variable(picture), kLayers);
        for (const auto& [layer, map] : want) {
          CAPTURE(layer);
          const bool pooled = layer.starts_with("pool");
          const auto& mean = means.at(!pooled ? layer : layer == "pool1" ? "relu1_2" : "relu2_1");
          Tensor scaled = map.value().clone();
          const double average =
              std::accumulate(mean.begin(), mean.end(), 0.0) / static_cast<double>(mean.size());
          const auto values = scaled.values<double>();
          for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] /= std::max(mean[i % mean.size()], 0.01 * average);
          }
          CHECK(test::relative_error(got.at(layer).value(), scaled) < 1e-13);
        }
      }
      for (const auto& [layer, mean] : mean_activations(context, after, pictures())) {
        for (std::size_t c = 0; c < mean.size(); ++c) {
          CAPTURE(layer);
          CAPTURE(c);
          const double old = means.at(layer)[c];
          if (old == 0) CHECK(mean[c] == 0);
          if (old > 0.02) CHECK(std::abs(mean[c] - 1) < 1e-12);
        }
      }
    }
  }
}

TEST_CASE("by layer, proportions within a layer stay") {
  Context context;
  const VggSpec before = spec_of(PadMode::zero);
  const train::Means means = mean_activations(context, before, pictures());
  const VggSpec after = normalised(before, means, Normalisation::layer);
  for (const auto& [layer, mean] : mean_activations(context, after, pictures())) {
    CAPTURE(layer);
    const double sum = std::accumulate(mean.begin(), mean.end(), 0.0);
    CHECK(std::abs(sum / static_cast<double>(mean.size()) - 1) < 1e-12);
    for (std::size_t c = 1; c < mean.size(); ++c) {
      const double was = means.at(layer)[c] * means.at(layer)[0];
      CHECK(std::abs(mean[c] * means.at(layer)[0] * means.at(layer)[0] - was * mean[0]) < 1e-12);
    }
  }
}

TEST_CASE("without normalisation nothing changes") {
  Context context;
  const VggSpec before = spec_of(PadMode::zero);
  const VggSpec after =
      normalised(before, mean_activations(context, before, pictures()), Normalisation::none);
  for (std::size_t i = 0; i < before.convs.size(); ++i) {
    CHECK(test::compare_exact(after.convs[i].wei, before.convs[i].wei).ok);
    CHECK(test::compare_exact(after.convs[i].bias, before.convs[i].bias).ok);
  }
}

}  // namespace
}  // namespace impasto
