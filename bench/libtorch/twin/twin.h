// `stylize` once more, in LibTorch: the same network, losses and optimisers, behind an interface of
// our own types. LibTorch's headers stop at twin.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bench/libtorch/twin/setting.h"
#include "nn/vgg.h"
#include "style/stylize.h"

namespace impasto::twin {

class TorchVgg;

std::shared_ptr<const TorchVgg> make_torch_vgg(const VggSpec& spec, PoolKind pooling,
                                               const Setting& setting, Device device);

struct LayerMaps {
  Tensor features;  // [1, h, w, c]
  Tensor gram;      // [c, c]
};

// What a free run asks between iterations, and is told after each.
struct Turn {
  std::function<bool()> may_go;
  std::function<void(double loss)> iterated;
};

class Twin {
 public:
  // Computes the targets; layers as resolve_layers() gives them.
  Twin(std::shared_ptr<const TorchVgg> network, const StylizeSettings& settings,
       const LossLayers& layers, const StylizeInputs& inputs);
  ~Twin();

  // image [1, h, w, 3], RGB, 0..255; so is the gradient.
  LossGradient evaluate(const Tensor& image);

  // The gradient on one side of every kink: ReLU and maximum pools choose as these outputs of our
  // convolutions do, by name. A rounding error that flips a choice changes a gradient by more than
  // rounding.
  struct Chosen {
    Tensor gradient;
    std::int64_t flips = 0;  // of its own choices
  };
  Chosen evaluate_with_choices(const Tensor& image,
                               const std::map<std::string, Tensor>& convolutions);

  // Of every layer that a loss taps.
  std::map<std::string, LayerMaps> maps(const Tensor& image) const;

  // Follows its own gradient with torch::optim's L-BFGS or Adam until it may not go on. The loss of
  // an iteration is the one that it begins with; with a line search, the least that was met.
  void optimise(const Tensor& start, const Turn& turn);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace impasto::twin
