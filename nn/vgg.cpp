#include "nn/vgg.h"

#include <algorithm>

#include <fmt/ranges.h>

namespace impasto {
namespace {

// The input convention as a 1x1 convolution of the RGB picture.
Conv2d input_module(const InputConvention& input, DType dtype, Device device) {
  std::vector<double> wei(9, 0.0), bias(3);
  for (std::size_t o = 0; o < 3; ++o) {
    const std::size_t i = input.bgr ? 2 - o : o;
    wei[o * 3 + i] = input.range / 255 / input.std[o];
    bias[o] = -input.mean[o] / input.std[o];
  }
  return Conv2d(Tensor::from<double>({3, 1, 1, 3}, wei).to(dtype).to(device),
                Tensor::from<double>({3}, bias).to(dtype).to(device), {}, true);
}

}  // namespace

std::string VggSpec::Conv::name() const {
  return block == 0 ? "conv0" : fmt::format("conv{}_{}", block, index);
}

Vgg::Vgg(const VggSpec& spec, PoolKind pooling, Device device, bool frozen)
    : input_(input_module(spec.input, spec.dtype, device)),
      pooling_(pooling),
      pad_mode_(spec.pad_mode) {
  for (std::size_t i = 0; i < spec.convs.size(); ++i) {
    add_conv(spec.convs[i], device, frozen);
    const int block = spec.convs[i].block;
    const bool last_of_block = i + 1 == spec.convs.size() || spec.convs[i + 1].block != block;
    if (block > 0 && last_of_block && i + 1 < spec.convs.size()) add_pool(block);
  }
}

void Vgg::add_conv(const VggSpec::Conv& conv, Device device, bool frozen) {
  const bool relu = conv.block > 0;
  const Conv2dParams params{1, conv.wei.shape()[1] / 2, pad_mode_, relu};
  auto module = std::make_unique<Conv2d>(conv.wei.to(device), conv.bias.to(device), params, frozen);
  const std::string output = relu ? "relu" + conv.name().substr(4) : conv.name();
  const std::int64_t channels = module->out_channels();
  stages_.push_back({conv.name(), output, std::move(module), channels});
  names_.push_back(conv.name());
  if (relu) names_.push_back(output);
}

void Vgg::add_pool(int block) {
  const std::string name = fmt::format("pool{}", block);
  stages_.push_back({"", name, nullptr, stages_.back().channels});
  names_.push_back(name);
}

std::vector<std::pair<std::string, Variable>> Vgg::parameters() const {
  std::vector<std::pair<std::string, Variable>> all;
  for (const Stage& stage : stages_) {
    if (!stage.module) continue;
    for (auto& [name, parameter] : stage.module->parameters()) {
      all.emplace_back(stage.conv + "." + name, parameter);
    }
  }
  return all;
}

bool Vgg::has(const std::string& layer) const {
  return std::ranges::count(names_, layer) != 0;
}

void Vgg::check_layers(std::span<const std::string> layers) const {
  for (const std::string& layer : layers) {
    if (has(layer)) continue;
    throw InputError(
        fmt::format("no layer '{}' in this network; it has {}", layer, fmt::join(names_, ", ")));
  }
}

Shape Vgg::layer_shape(const std::string& layer, std::int64_t h, std::int64_t w) const {
  check_layers(std::span(&layer, 1));
  for (const Stage& stage : stages_) {
    const std::int64_t least = stage.module ? (pad_mode_ == PadMode::reflect ? 2 : 1) : 2;
    if (h < least || w < least) {
      throw InputError(
          fmt::format("the picture is too small for layer {}: only {} x {} pixels reach {}", layer,
                      w, h, stage.module ? stage.conv : stage.output));
    }
    if (!stage.module) h /= 2, w /= 2;
    if (stage.conv == layer || stage.output == layer) return {1, h, w, stage.channels};
  }
  throw Error("vgg: layer list and stages disagree");
}

void Vgg::forward(Context& context, const Variable& image, std::span<const std::string> layers,
                  const Visitor& visit) {
  check_layers(layers);
  IMPASTO_CHECK(image.shape().rank() == 4 && image.shape()[3] == 3,
                "vgg: picture of shape {}, expected [n, h, w, 3]", image.shape().to_string());
  const auto wanted = [&](const std::string& name) {
    return std::ranges::count(layers, name) != 0;
  };
  std::ptrdiff_t left = std::ranges::count_if(names_, wanted);
  const auto tap = [&](const std::string& name, const Variable& value) {
    if (!wanted(name)) return;
    visit(name, value);
    --left;
  };
  Variable x = input_.forward(context, image);
  for (std::size_t i = 0; i < stages_.size() && left > 0; ++i) {
    const Stage& stage = stages_[i];
    const bool before_pool = i + 1 < stages_.size() && !stages_[i + 1].module;
    if (!stage.module) {
      x = pool2d(context, x, pooling_);
      tap(stage.output, x);
    } else if (stage.conv == stage.output) {
      x = stage.module->forward(context, x, false);
      tap(stage.output, x);
    } else if (wanted(stage.conv)) {
      x = stage.module->forward(context, x, false);
      tap(stage.conv, x);
      if (left > 0) x = relu(context, x);
      tap(stage.output, x);
    } else if (wanted(stage.output) || !before_pool) {
      x = stage.module->forward(context, x, true);
      tap(stage.output, x);
    } else {  // nobody sees what is between the convolution and the pool
      x = stage.module->forward(context, x, true, pooling_);
      tap(stages_[++i].output, x);
    }
  }
}

std::map<std::string, Variable> Vgg::forward(Context& context, const Variable& image,
                                             std::span<const std::string> layers) {
  std::map<std::string, Variable> taps;
  forward(context, image, layers,
          [&](const std::string& name, const Variable& value) { taps.emplace(name, value); });
  return taps;
}

}  // namespace impasto
