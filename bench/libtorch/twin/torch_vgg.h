// The network of a VggSpec in LibTorch's own operations, as fast as its users can write it: ReLU in
// place, the order of the picture's channels turned round in the first filter, and of the input
// convention only what is not the identity.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "bench/libtorch/twin/setting.h"
#include "nn/vgg.h"

namespace impasto::twin {

// Where a network's gradient is not continuous, which side it is on.
struct Choices {
  std::map<std::string, at::Tensor> passes;   // by convolution: which elements ReLU lets through
  std::map<std::string, at::Tensor> winners;  // by maximum pool: indices of at::max_pool2d
};

// Elements that choose otherwise, winners that are 0 not counted.
std::int64_t count_flips(const Choices& a, const Choices& b);

class TorchVgg {
 public:
  TorchVgg(const VggSpec& spec, PoolKind pooling, const Setting& setting, Device device);

  // image [1, 3, h, w], RGB, 0..255. Visits each of the asked layers once, in network order, as
  // f32; nothing behind the deepest of them runs. With choices, ReLU and pools take those.
  using Visitor = std::function<void(const std::string& layer, const at::Tensor& map)>;
  void forward(const at::Tensor& image, const std::vector<std::string>& layers,
               const Visitor& visit, const Choices* choices = nullptr) const;

  // What these outputs of convolutions choose; of as many as there are.
  Choices choices(const std::map<std::string, at::Tensor>& convolutions) const;

  const Setting& setting() const { return setting_; }
  Device device() const { return device_; }

 private:
  struct Stage {
    std::string conv, output;  // names before and after ReLU; without a weight, of a pool
    at::Tensor weight, bias;
    bool relu = false;
  };
  void add_input(const InputConvention& input);
  void add_conv(const VggSpec::Conv& conv, bool turn_channels);
  at::Tensor enter(const at::Tensor& image) const;
  at::Tensor convolve(const Stage& stage, const at::Tensor& map) const;
  at::Tensor pool(const at::Tensor& map, const at::Tensor* winners) const;
  at::Tensor rectify(at::Tensor map, const at::Tensor* passes, bool in_place) const;

  Setting setting_;
  Device device_;
  PoolKind pooling_;
  PadMode pad_mode_;
  at::Tensor scale_, shift_;  // [1, 3, 1, 1], undefined where they change nothing
  std::vector<Stage> stages_;
};

}  // namespace impasto::twin
