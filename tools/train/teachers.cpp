#include "tools/train/teachers.h"

#include <algorithm>

namespace impasto::train {

Teachers::Teachers(const std::vector<VggSpec>& specs, const std::vector<std::string>& layers,
                   Device device)
    : layers_(layers) {
  constexpr std::int64_t kLargeEnough = 64;  // pixels: channels do not depend on it
  for (const VggSpec& spec : specs) {
    teachers_.push_back({std::make_unique<Vgg>(spec, PoolKind::max, device), {}});
  }
  for (const std::string& layer : layers) {
    const auto teacher = std::ranges::find_if(
        teachers_, [&](const Teacher& one) { return one.network->has(layer); });
    if (teacher == teachers_.end()) {
      throw InputError(fmt::format("no teacher has the layer {}", layer));
    }
    teacher->layers.push_back(layer);
    channels_[layer] = teacher->network->layer_shape(layer, kLargeEnough, kLargeEnough)[3];
  }
}

std::map<std::string, Tensor> Teachers::features(Context& context, const Tensor& pictures) {
  std::map<std::string, Tensor> all;
  for (const Teacher& teacher : teachers_) {
    teacher.network->forward(
        context, Variable(pictures), teacher.layers,
        [&](const std::string& layer, const Variable& map) { all[layer] = map.value(); });
  }
  return all;
}

}  // namespace impasto::train
