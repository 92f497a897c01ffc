#include "tools/train/evaluation.h"

#include <cmath>

#include "ops/gram/gram.h"
#include "style/losses.h"
#include "tools/train/least_squares.h"
#include "tools/train/spearman.h"

namespace impasto::train {
namespace {

struct Measurement {
  LeastSquares map;
  std::vector<Tensor> own, taught;  // Gram matrices, f32 on the host, one a picture
};

double distance(const Tensor& a, const Tensor& b) {
  const auto x = a.values<float>(), y = b.values<float>();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

std::vector<double> distances(const std::vector<Tensor>& grams) {
  std::vector<double> all;
  for (std::size_t i = 0; i < grams.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) all.push_back(distance(grams[i], grams[j]));
  }
  return all;
}

Tensor gram_of(Context& context, const Tensor& map) {
  return gram_forward(context, map, gram_scale(map.shape())).to(Device{});
}

}  // namespace

std::vector<LayerEvaluation> evaluate_encoder(Context& context, Vgg& encoder, Teachers& teachers,
                                              const std::vector<Tensor>& pictures) {
  std::vector<std::string> layers;
  for (const std::string& layer : teachers.layers()) {
    if (encoder.has(layer)) layers.push_back(layer);
  }
  std::map<std::string, Measurement> measured;
  for (const Tensor& picture : pictures) {
    const Tensor input = picture.to(context.device());
    const std::map<std::string, Tensor> wanted = teachers.features(context, input);
    encoder.forward(context, Variable(input), layers,
                    [&](const std::string& layer, const Variable& map) {
                      Measurement& here = measured[layer];
                      here.map.add(context, map.value(), wanted.at(layer));
                      here.own.push_back(gram_of(context, map.value()));
                      here.taught.push_back(gram_of(context, wanted.at(layer)));
                    });
  }
  std::vector<LayerEvaluation> result;
  for (const std::string& layer : layers) {
    const Measurement& here = measured.at(layer);
    result.push_back(
        {layer, here.map.relative_error(), spearman(distances(here.own), distances(here.taught))});
  }
  return result;
}

}  // namespace impasto::train
