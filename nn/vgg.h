// VGG-shaped networks: blocks of 3x3 convolutions with ReLU, 2x2 pools between them. Simonyan and
// Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.
//
// Channel counts, depth, input convention and padding come from the weights, so the full VGG-19 and
// VGG-16, a file that ends early and a compact network with a 1x1 conv0 in front are all this one
// class. Frozen unless asked otherwise: only pictures get gradients.
//
// Layers are named in order: [conv0,] conv1_1, relu1_1, conv1_2, relu1_2, pool1, conv2_1, ...
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/modules/conv2d.h"
#include "tensor/named_tensors.h"

namespace impasto {

// What a network does to an RGB picture of 0..255 first, once its channels are in order:
// x = (picture * range / 255 - mean) / std.
struct InputConvention {
  bool bgr = true;
  double range = 255;
  std::array<double, 3> mean = {103.939, 116.779, 123.68};  // in network channel order
  std::array<double, 3> std = {1, 1, 1};
};

struct VggSpec {
  struct Conv {
    int block = 0;  // 0 for a leading conv0
    int index = 0;
    Tensor wei;                // [oc, kh, kw, ic]
    Tensor bias;               // [oc]
    std::string name() const;  // "conv3_1"
  };
  std::vector<Conv> convs;  // in network order
  InputConvention input;
  PadMode pad_mode = PadMode::zero;
  DType dtype = DType::f32;  // of all tensors; pictures must have it, too. f64 is for verification
};

// Reads a network from tensors convB_I.weight [oc, ic, kh, kw] and convB_I.bias and the metadata
// keys input.channels, input.range, input.mean, input.std and padding (each optional; defaults
// above). Other tensors are ignored. Throws InputError, naming `origin`, when layers are missing or
// do not fit.
VggSpec vgg_spec(const NamedTensors& weights, const std::string& origin, DType dtype = DType::f32);

// VGG-19 through conv5_1 with He-initialised random weights: a pure function of the seed.
VggSpec random_vgg_spec(std::uint64_t seed);

class Vgg {
 public:
  // Trained where it is not frozen: parameters get gradients. On their own device they are the
  // tensors of the spec, so whoever changes those changes the network.
  explicit Vgg(const VggSpec& spec, PoolKind pooling = PoolKind::max, Device device = {},
               bool frozen = true);

  // "conv1_1.weight" [oc, kh, kw, ic], "conv1_1.bias", ... in network order.
  std::vector<std::pair<std::string, Variable>> parameters() const;

  // Names in network order.
  const std::vector<std::string>& layers() const { return names_; }
  bool has(const std::string& layer) const;
  // Throws InputError, saying what there is, when a layer is missing.
  void check_layers(std::span<const std::string> layers) const;

  // Shape of a layer for a picture of h x w. Throws InputError when the picture is too small for
  // it.
  Shape layer_shape(const std::string& layer, std::int64_t h, std::int64_t w) const;

  // image [n, h, w, 3], RGB, 0..255. Calls visit(name, value) for each of the asked layers once, in
  // network order, before the next layer is computed; nothing behind the deepest of them runs.
  using Visitor = std::function<void(const std::string& layer, const Variable& value)>;
  void forward(Context& context, const Variable& image, std::span<const std::string> layers,
               const Visitor& visit);

  // The same, for who needs them all at once.
  std::map<std::string, Variable> forward(Context& context, const Variable& image,
                                          std::span<const std::string> layers);

 private:
  struct Stage {
    std::string conv;                // name, empty for a pool
    std::string output;              // name after ReLU, of the pool, or of conv0
    std::unique_ptr<Conv2d> module;  // null for a pool
    std::int64_t channels = 0;
  };
  void add_conv(const VggSpec::Conv& conv, Device device, bool frozen);
  void add_pool(int block);

  Conv2d input_;
  std::vector<Stage> stages_;
  std::vector<std::string> names_;
  PoolKind pooling_;
  PadMode pad_mode_;
};

}  // namespace impasto
