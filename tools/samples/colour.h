// Colours of the sample pictures: linear arithmetic on RGB of 0..1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace impasto::samples {

struct Colour {
  float r = 0, g = 0, b = 0;

  friend Colour operator+(Colour a, Colour b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
  friend Colour operator*(Colour a, float k) { return {a.r * k, a.g * k, a.b * k}; }
  friend Colour operator*(Colour a, Colour b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
};

inline Colour mix(Colour a, Colour b, float t) {
  return a * (1 - t) + b * t;
}

inline float clamp01(float x) {
  return std::clamp(x, 0.0f, 1.0f);
}

// 0 below `from`, 1 above `to` (or the other way round when from > to), smooth in between.
inline float smoothstep(float from, float to, float x) {
  const float t = clamp01((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

// A colour along a row of equally spaced ones, t in 0..1.
inline Colour along(std::span<const Colour> stops, float t) {
  const float position = clamp01(t) * static_cast<float>(stops.size() - 1);
  const std::size_t first = std::min(static_cast<std::size_t>(position), stops.size() - 2);
  return mix(stops[first], stops[first + 1], position - static_cast<float>(first));
}

}  // namespace impasto::samples
