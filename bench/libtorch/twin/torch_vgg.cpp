#include "bench/libtorch/twin/torch_vgg.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include "bench/libtorch/twin/torch_tensors.h"

namespace impasto::twin {
namespace {

// Convolutions in bf16 for a while; the losses, whose sums would not survive it, are outside.
class Autocast {
 public:
  Autocast(bool wanted, Device device) : wanted_(wanted), type_(torch_device(device).type()) {
    if (!wanted_) return;
    at::autocast::set_autocast_dtype(type_, at::kBFloat16);
    at::autocast::set_autocast_enabled(type_, true);
  }
  ~Autocast() {
    if (!wanted_) return;
    at::autocast::set_autocast_enabled(type_, false);
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool wanted_;
  at::DeviceType type_;
};

at::MemoryFormat format_of(const Setting& setting) {
  return setting.channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

}  // namespace

TorchVgg::TorchVgg(const VggSpec& spec, PoolKind pooling, const Setting& setting, Device device)
    : setting_(setting), device_(device), pooling_(pooling), pad_mode_(spec.pad_mode) {
  add_input(spec.input);
  for (std::size_t i = 0; i < spec.convs.size(); ++i) {
    add_conv(spec.convs[i], i == 0 && spec.input.bgr);
    const int block = spec.convs[i].block;
    if (block == 0 || i + 1 == spec.convs.size() || spec.convs[i + 1].block == block) continue;
    const std::string name = fmt::format("pool{}", block);
    stages_.push_back({name, name, {}, {}, false});
  }
}

void TorchVgg::add_input(const InputConvention& input) {
  at::Tensor scale = at::empty({1, 3, 1, 1}, at::kDouble);
  at::Tensor shift = at::empty({1, 3, 1, 1}, at::kDouble);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t from = input.bgr ? 2 - i : i;
    scale.mutable_data_ptr<double>()[i] = input.range / 255 / input.std[from];
    shift.mutable_data_ptr<double>()[i] = input.mean[from] / input.std[from];
  }
  const auto place = [&](const at::Tensor& t) { return t.to(torch_device(device_), at::kFloat); };
  if (!scale.eq(1).all().item<bool>()) scale_ = place(scale);
  if (!shift.eq(0).all().item<bool>()) shift_ = place(shift);
}

void TorchVgg::add_conv(const VggSpec::Conv& conv, bool turn_channels) {
  const c10::Device device = torch_device(device_);
  at::Tensor weight = to_torch(ohwi_to_oihw(conv.wei), device);
  if (turn_channels) weight = weight.flip(1);
  weight = weight.contiguous(format_of(setting_)).requires_grad_(!setting_.frozen);
  const at::Tensor bias = to_torch(conv.bias, device).requires_grad_(!setting_.frozen);
  const bool relu = conv.block > 0;
  const std::string output = relu ? "relu" + conv.name().substr(4) : conv.name();
  stages_.push_back({conv.name(), output, weight, bias, relu});
}

at::Tensor TorchVgg::enter(const at::Tensor& image) const {
  at::Tensor x = scale_.defined() ? image * scale_ : image;
  if (shift_.defined()) x = x - shift_;
  return x.contiguous(format_of(setting_));
}

at::Tensor TorchVgg::convolve(const Stage& stage, const at::Tensor& map) const {
  const std::int64_t pad = stage.weight.size(2) / 2;
  if (pad_mode_ == PadMode::zero || pad == 0) {
    return at::conv2d(map, stage.weight, stage.bias, 1, pad);
  }
  const std::vector<std::int64_t> sides(4, pad);
  const at::Tensor padded = pad_mode_ == PadMode::reflect ? at::reflection_pad2d(map, sides)
                                                          : at::replication_pad2d(map, sides);
  return at::conv2d(padded, stage.weight, stage.bias);
}

at::Tensor TorchVgg::pool(const at::Tensor& map, const at::Tensor* winners) const {
  if (pooling_ == PoolKind::average) return at::avg_pool2d(map, 2);
  if (winners == nullptr) return at::max_pool2d(map, 2);
  return map.flatten(2).gather(2, winners->flatten(2)).view(winners->sizes());
}

at::Tensor TorchVgg::rectify(at::Tensor map, const at::Tensor* passes, bool in_place) const {
  if (passes != nullptr) return map * *passes;
  return in_place ? at::relu_(map) : at::relu(map);
}

void TorchVgg::forward(const at::Tensor& image, const std::vector<std::string>& layers,
                       const Visitor& visit, const Choices* choices) const {
  const auto wanted = [&](const std::string& name) {
    return std::ranges::count(layers, name) != 0;
  };
  std::size_t left = layers.size();
  const auto tap = [&](const std::string& name, const at::Tensor& map) {
    if (!wanted(name)) return;
    --left;
    visit(name, map.to(at::kFloat));
  };
  const auto choice = [&](auto kind, const std::string& name) -> const at::Tensor* {
    if (choices == nullptr || !(choices->*kind).contains(name)) return nullptr;
    return &(choices->*kind).at(name);
  };
  at::Tensor x = enter(image);
  for (const Stage& stage : stages_) {
    if (left == 0) return;
    {
      const Autocast autocast(setting_.autocast, device_);
      x = stage.weight.defined() ? convolve(stage, x)
                                 : pool(x, choice(&Choices::winners, stage.output));
    }
    if (!stage.relu) {
      tap(stage.output, x);
      continue;
    }
    tap(stage.conv, x);
    x = rectify(x, choice(&Choices::passes, stage.conv), !wanted(stage.conv));
    tap(stage.output, x);
  }
}

Choices TorchVgg::choices(const std::map<std::string, at::Tensor>& convolutions) const {
  Choices choices;
  at::Tensor last;
  for (const Stage& stage : stages_) {
    if (stage.relu && !convolutions.contains(stage.conv)) break;
    if (stage.relu) {
      last = convolutions.at(stage.conv);
      choices.passes[stage.conv] = last > 0;
    } else if (!stage.weight.defined() && pooling_ == PoolKind::max) {
      choices.winners[stage.output] = std::get<1>(at::max_pool2d_with_indices(at::relu(last), 2));
    }
  }
  return choices;
}

std::int64_t count_flips(const Choices& a, const Choices& b) {
  std::int64_t flips = 0;
  for (const auto& [name, passes] : a.passes) {
    flips += passes.ne(b.passes.at(name)).sum().item<std::int64_t>();
  }
  for (const auto& [name, winners] : a.winners) {
    // The convolution before poolB is the last of block B.
    const at::Tensor* before = nullptr;
    for (const auto& [conv, passes] : a.passes) {
      if (conv[4] == name[4]) before = &passes;
    }
    const at::Tensor positive = before->flatten(2).gather(2, winners.flatten(2));
    const at::Tensor differ = winners.ne(b.winners.at(name)).flatten(2);
    flips += differ.logical_and(positive).sum().item<std::int64_t>();
  }
  return flips;
}

}  // namespace impasto::twin
