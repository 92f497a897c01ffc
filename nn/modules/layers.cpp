#include "nn/modules/layers.h"

namespace impasto {

InstanceNorm2d::InstanceNorm2d(std::int64_t channels, DType dtype)
    : gamma_(Tensor::full({channels}, 1, dtype), true),
      beta_(Tensor::zeros({channels}, dtype), true) {}

Variable InstanceNorm2d::forward(Context& context, const Variable& src) {
  return instance_norm(context, src, gamma_, beta_);
}

std::vector<std::pair<std::string, Variable>> InstanceNorm2d::parameters() const {
  return {{"weight", gamma_}, {"bias", beta_}};
}

}  // namespace impasto
