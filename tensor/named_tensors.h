// Tensors by name with textual metadata: what a weights file holds, and how features, Grams and
// gradients are exchanged with other programs.
#pragma once

#include <map>
#include <string>

#include "tensor/tensor.h"

namespace impasto {

struct NamedTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

}  // namespace impasto
