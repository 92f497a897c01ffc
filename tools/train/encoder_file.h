// What training leaves behind: a weights file as every other, in half precision.
#pragma once

#include <map>
#include <string>

#include "nn/vgg.h"

namespace impasto::train {

// Tensors f16, metadata: how to use it, and `provenance` as given. Throws InputError when a weight
// is beyond f16.
void write_encoder(const std::string& path, const VggSpec& spec,
                   const std::map<std::string, std::string>& provenance);

// Settings that suit networks whose activations are normalised by layer, as metadata for
// style/recommended.h. Chosen by eye from many paintings: weights/builtin/README.md. Layers only
// for a network that reaches conv5_1; stylize knows what stands in where one ends early.
std::map<std::string, std::string> recommended_for_painting(const VggSpec& spec);

}  // namespace impasto::train
