// Which pictures a network was trained on: the metadata keys input.channels, input.range,
// input.mean, input.std. Files of other programs do not say; two conventions are in use.
//
//   caffe        the Oxford group's own parameters (Keras, neural-style, neural-style-pt):
//                BGR, 0..255, minus (103.939, 116.779, 123.68)
//   torchvision  RGB, 0..1, minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace impasto {

enum class InputPreset { caffe, torchvision };

// "caffe" or "torchvision", or InputError.
InputPreset parse_input_preset(std::string_view text);

void set_input(std::map<std::string, std::string>& metadata, InputPreset preset);

// Tells the parameters of the Oxford group by the first biases of conv1_1, so that a file is known
// for what it is under any name, in any format, rounded to 16 bit or not.
bool is_oxford_bias(const Tensor& conv1_1_bias);

}  // namespace impasto
