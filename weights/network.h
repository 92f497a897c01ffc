// The shape of a VGG network, checked on an archive's index before any data is read.
#pragma once

#include <string>
#include <vector>

#include "weights/archive.h"
#include "weights/layer_names.h"

namespace impasto {

struct NetworkLayer {
  LayerId id;
  Shape wei;  // [oc, ic, kh, kw]
};

// conv1_1 onwards in network order. Throws InputError unless every layer has weight and bias, no
// layer is missing in between, kernels are square and odd, and the channels of each layer are what
// the previous one gives (three for the first, or what conv0 gives).
std::vector<NetworkLayer> check_network(const Archive& archive);

// "VGG-19, conv1_1 to conv3_4", by the number of convolutions in each block.
std::string network_name(const std::vector<NetworkLayer>& layers);

std::string layer_name(const LayerId& id);  // "conv3_1"

}  // namespace impasto
