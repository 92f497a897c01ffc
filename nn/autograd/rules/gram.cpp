// gram: saves the features, or what their recipe reads when they are large. Adds to the gradient
// that flows through the layer already.
#include "ops/gram/gram.h"

#include <algorithm>

#include "nn/autograd/functions.h"

namespace impasto {
namespace {

// Elements of the features that are computed at a time, about: they stay in the second-level
// caches.
constexpr std::int64_t kCookedElements = 1 << 20;

// Features of up to so many elements are kept, whatever they could be made from: 64 MiB in f32,
// less than a fifth of what a VGG-19 takes, and reading them is faster than cooking.
constexpr std::int64_t kKeptElements = 1 << 24;

Tensor cooked_backward(const BackwardCall& call, const Recipe& recipe, const Shape& features,
                       double scale) {
  Tensor sum = call.take_flowing(0);
  if (!sum.defined()) {
    sum = Tensor::zeros(features, call.grad_dst.dtype(), call.context.device());
  }
  const std::int64_t h = features[1];
  const std::int64_t step =
      std::max<std::int64_t>(1, kCookedElements / (features[2] * features[3]));
  for (std::int64_t begin = 0; begin < h; begin += step) {
    const std::int64_t end = std::min(h, begin + step);
    gram_backward(call.context, recipe.rows(call.context, call.saved, begin, end), call.grad_dst,
                  scale, map_rows(sum, begin, end));
  }
  return sum;
}

}  // namespace

Variable gram(Context& context, const Variable& features, double scale) {
  const Tensor value = gram_forward(context, features.value(), scale);
  const auto recipe = features.recipe();
  if (recipe != nullptr && features.value().numel() > kKeptElements) {
    return record("gram", value, {features}, recipe->from,
                  [recipe, scale, shape = features.shape()](const BackwardCall& call) {
                    return std::vector{cooked_backward(call, *recipe, shape, scale)};
                  });
  }
  return record("gram", value, {features}, {features.value()}, [scale](const BackwardCall& call) {
    return std::vector{
        gram_backward(call.context, call.saved[0], call.grad_dst, scale, call.take_flowing(0))};
  });
}

}  // namespace impasto
