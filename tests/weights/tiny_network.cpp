#include "tests/weights/tiny_network.h"

namespace impasto::test {
namespace {

Tensor values(const Shape& shape, std::int64_t t) {
  Tensor result = Tensor::empty(shape);
  std::int64_t i = 0;
  for (float& value : result.values<float>()) {
    value = static_cast<float>((7 * i++ + 3 * t) % 31 - 15) / 16;
  }
  return result;
}

}  // namespace

NamedTensors tiny_network() {
  const struct {
    const char* name;
    std::int64_t oc, ic;
  } layers[] = {
      {"conv1_1", 4, 3}, {"conv1_2", 4, 4}, {"conv2_1", 5, 4}, {"conv2_2", 5, 5}, {"conv3_1", 6, 5},
  };
  NamedTensors network;
  std::int64_t t = 0;
  for (const auto& [name, oc, ic] : layers) {
    network.tensors[std::string(name) + ".weight"] = values({oc, ic, 3, 3}, t++);
    network.tensors[std::string(name) + ".bias"] = values({oc}, t++);
  }
  return network;
}

}  // namespace impasto::test
