// The losses of style/losses.h in LibTorch's own operations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "bench/libtorch/twin/torch_vgg.h"
#include "style/stylize.h"

namespace impasto::twin {

// f f' / (c h w) of a map [1, c, h, w]: [c, c].
at::Tensor torch_gram(const at::Tensor& map);

class TorchObjective {
 public:
  // Computes the targets.
  TorchObjective(std::shared_ptr<const TorchVgg> network, const StylizeSettings& settings,
                 const LossLayers& layers, const StylizeInputs& inputs);

  struct Losses {
    at::Tensor total;
    std::vector<at::Tensor> content, style;  // in the order of the layers
    at::Tensor tv;                           // undefined without weight
  };
  Losses losses(const at::Tensor& image, const Choices* choices = nullptr) const;

  // Waits for the device.
  LossReport report(const Losses& losses) const;

  const TorchVgg& network() const { return *network_; }
  const LossLayers& layers() const { return layers_; }

 private:
  at::Tensor variation(const at::Tensor& image) const;

  std::shared_ptr<const TorchVgg> network_;
  StylizeSettings settings_;
  LossLayers layers_;
  std::vector<at::Tensor> content_, style_;  // targets
};

}  // namespace impasto::twin
