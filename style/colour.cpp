#include "style/colour.h"

#include <algorithm>

#include "tensor/error.h"

namespace impasto {
namespace {

double luminance(const float* rgb) {
  return 0.299 * static_cast<double>(rgb[0]) + 0.587 * static_cast<double>(rgb[1]) +
         0.114 * static_cast<double>(rgb[2]);
}

}  // namespace

Tensor with_colours_of(const Tensor& content, const Tensor& result) {
  const Shape& shape = result.shape();
  IMPASTO_CHECK(shape == content.shape() && shape.rank() == 3 && shape[2] == 3,
                "with_colours_of: content {}, result {}", content.shape().to_string(),
                shape.to_string());
  Tensor blended = Tensor::empty(shape);
  const float* paint = content.data<float>();
  const float* light = result.data<float>();
  float* dst = blended.data<float>();
  for (std::int64_t i = 0; i < shape.numel(); i += 3) {
    const double shift = luminance(light + i) - luminance(paint + i);
    for (std::int64_t c = i; c < i + 3; ++c) {
      dst[c] = static_cast<float>(std::clamp(static_cast<double>(paint[c]) + shift, 0.0, 255.0));
    }
  }
  return blended;
}

}  // namespace impasto
