// The network of tests/fixtures/weights, computed as tools/fixtures/foreign.py does.
#pragma once

#include "tensor/named_tensors.h"

namespace impasto::test {

// conv1_1 to conv3_1 in f32, named as ours.
NamedTensors tiny_network();

}  // namespace impasto::test
