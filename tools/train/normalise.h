// Rescaling a network so that its activations are 1 on average, without changing what it computes:
// Gatys, Ecker and Bethge's normalised VGG. One set of loss weights then suits all layers, and all
// pictures.
//
// A filter's output divided by m > 0 passes ReLU and pools divided by m, so with the filters of the
// next layer multiplied by m everything behind is as before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/vgg.h"

namespace impasto::train {

// Mean activation of each channel over all pixels of the pictures, [c] f64 for each ReLU layer.
using Means = std::map<std::string, std::vector<double>>;
Means mean_activations(Context& context, const VggSpec& spec, const std::vector<Tensor>& pictures);

// channel: each channel's mean is 1. layer: the mean over the channels is, and their proportions
// stay.
enum class Normalisation : std::uint8_t { none, layer, channel };

// A channel with less than a hundredth of its layer's mean is divided by that instead. The spec's
// tensors are f32 or f64 on the host; the result's are new.
VggSpec normalised(const VggSpec& spec, const Means& means, Normalisation kind);

}  // namespace impasto::train
