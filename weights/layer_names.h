// From the layer names of other programs to ours: convB_I, block B from 1, convolution I within it.
//
//   ours         conv3_1.weight
//   Keras        block3_conv1.weight
//   torchvision  features.10.weight: a torch.nn.Sequential counts ReLU and pooling layers too, so
//                the distance to the previous convolution is 2 within a block and 3 across a pool
//
// Fully connected layers have no place in a network that takes any picture size; they are dropped.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "weights/archive.h"

namespace impasto {

enum class Naming { ours, keras, torchvision };

std::string_view to_string(Naming naming);

struct LayerId {
  int block = 0;
  int index = 0;
};

// "conv3_1" -> {3, 1}; false for anything else, "conv0" and "conv3_1_to_vgg" included.
bool parse_layer(std::string_view text, LayerId& layer);

// Renames the archive's tensors to ours and says what they were called by. Tensors of ours that are
// not convB_I (conv0.*, convB_I_to_vgg.*) are kept. Throws InputError when a name does not fit.
Naming rename_layers(Archive& archive);

}  // namespace impasto
