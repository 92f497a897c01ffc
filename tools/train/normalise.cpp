#include "tools/train/normalise.h"

#include <algorithm>
#include <numeric>

#include "ops/reduce/reduce.h"

namespace impasto::train {
namespace {

std::string relu_of(const VggSpec::Conv& conv) {
  return "relu" + conv.name().substr(4);
}

// Channels weaker than this share of their layer's mean are not brought to 1: what is hardly ever
// there is mostly noise.
constexpr double kWeakest = 0.01;

// What each channel of a layer is divided by.
std::vector<double> divisors(const std::vector<double>& means, Normalisation kind) {
  const double mean =
      std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  if (kind == Normalisation::none || !(mean > 0)) return std::vector<double>(means.size(), 1);
  std::vector<double> result(means.size(), mean);
  if (kind == Normalisation::channel) {
    for (std::size_t c = 0; c < means.size(); ++c) result[c] = std::max(means[c], kWeakest * mean);
  }
  return result;
}

// wei [oc, kh, kw, ic]: each filter divided by its entry of `out`, each input multiplied by its of
// `in`.
void rescale(VggSpec::Conv& conv, DType dtype, const std::vector<double>& in,
             const std::vector<double>& out) {
  Tensor wei = conv.wei.to(DType::f64).clone(), bias = conv.bias.to(DType::f64).clone();
  const std::size_t per_filter = static_cast<std::size_t>(wei.numel()) / out.size();
  const auto values = wei.values<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= in[i % in.size()] / out[i / per_filter];
  }
  for (std::size_t o = 0; o < out.size(); ++o) bias.data<double>()[o] /= out[o];
  conv.wei = wei.to(dtype);
  conv.bias = bias.to(dtype);
}

}  // namespace

Means mean_activations(Context& context, const VggSpec& spec, const std::vector<Tensor>& pictures) {
  Vgg network(spec, PoolKind::max, context.device());
  std::vector<std::string> layers;
  for (const VggSpec::Conv& conv : spec.convs) {
    if (conv.block > 0) layers.push_back(relu_of(conv));
  }
  Means means;
  std::map<std::string, double> pixels;
  for (const Tensor& picture : pictures) {
    const Variable input(picture.to(spec.dtype).to(context.device()));
    network.forward(context, input, layers, [&](const std::string& layer, const Variable& map) {
      const Tensor sums = sum_rows(context, map.value()).to(Device{}).to(DType::f64);
      std::vector<double>& total = means[layer];
      total.resize(static_cast<std::size_t>(sums.numel()));
      for (std::size_t c = 0; c < total.size(); ++c) total[c] += sums.values<double>()[c];
      pixels[layer] += static_cast<double>(map.value().numel() / sums.numel());
    });
  }
  for (auto& [layer, total] : means) {
    for (double& mean : total) mean /= pixels.at(layer);
  }
  return means;
}

VggSpec normalised(const VggSpec& spec, const Means& means, Normalisation kind) {
  VggSpec result = spec;
  std::vector<double> in;
  for (VggSpec::Conv& conv : result.convs) {
    if (in.empty()) in.assign(static_cast<std::size_t>(conv.wei.shape()[3]), 1);
    const std::vector<double> out =
        conv.block > 0 ? divisors(means.at(relu_of(conv)), kind)
                       : std::vector<double>(static_cast<std::size_t>(conv.wei.shape()[0]), 1);
    rescale(conv, spec.dtype, in, out);
    in = out;
  }
  return result;
}

}  // namespace impasto::train
