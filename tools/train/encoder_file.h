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

}  // namespace impasto::train
