#include "tools/samples/canvas.h"

#include <cmath>

namespace impasto::samples {

float dot(Point a, Point b) {
  return a.x * b.x + a.y * b.y;
}

float length(Point a) {
  return std::sqrt(dot(a, a));
}

Canvas::Canvas(int width, int height)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

Colour Canvas::sample(Point p) const {
  const float x = p.x * static_cast<float>(height_) - 0.5f;
  const float y = p.y * static_cast<float>(height_) - 0.5f;
  const float left = std::floor(x), top = std::floor(y);
  const auto pick = [&](float px, float py) {
    return at(std::clamp(static_cast<int>(px), 0, width_ - 1),
              std::clamp(static_cast<int>(py), 0, height_ - 1));
  };
  return mix(mix(pick(left, top), pick(left + 1, top), x - left),
             mix(pick(left, top + 1), pick(left + 1, top + 1), x - left), y - top);
}

Canvas::Pixels Canvas::pixels_of(Box box) const {
  const auto clamped = [&](float value, int limit) {
    return static_cast<int>(
        std::clamp(value * static_cast<float>(height_), 0.0f, static_cast<float>(limit)));
  };
  return {clamped(box.left, width_), clamped(box.top, height_),
          clamped(box.right + pixel(), width_), clamped(box.bottom + pixel(), height_)};
}

Image Canvas::to_image(Context& context, ImageSize size) const {
  Image image{Tensor::empty({height_, width_, 3}), {}};
  float* dst = image.rgb.data<float>();
  for (const Colour& colour : pixels_) {
    for (float value : {colour.r, colour.g, colour.b}) *dst++ = clamp01(value) * 255;
  }
  return resize_image(context, image, size, ResizeMode::area);
}

}  // namespace impasto::samples
