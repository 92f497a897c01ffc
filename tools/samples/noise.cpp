#include "tools/samples/noise.h"

#include <cmath>
#include <numbers>

#include "tensor/random.h"

namespace impasto::samples {
namespace {

constexpr int kSide = 256;  // the noise repeats after so many units

}  // namespace

float Dice::uniform(float low, float high) {
  return low + (high - low) * random_uniform(seed_, throws_++);
}

// Philox keys of normal numbers are apart from those of uniform ones.
float Dice::normal(float mean, float deviation) {
  return mean + deviation * random_normal(~seed_, throws_++);
}

Noise::Noise(std::uint64_t seed) {
  directions_.reserve(kSide * kSide);
  for (std::uint64_t i = 0; i < kSide * kSide; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * random_uniform(seed, i);
    directions_.push_back({std::cos(angle), std::sin(angle)});
  }
}

float Noise::operator()(Point p) const {
  const float left = std::floor(p.x), top = std::floor(p.y);
  const Point inside{p.x - left, p.y - top};
  const int column = static_cast<int>(left), row = static_cast<int>(top);
  const auto corner = [&](int dx, int dy) {
    const int index = ((row + dy) & (kSide - 1)) * kSide + ((column + dx) & (kSide - 1));
    return dot(directions_[static_cast<std::size_t>(index)],
               inside - Point{static_cast<float>(dx), static_cast<float>(dy)});
  };
  const auto fade = [](float t) { return t * t * t * (t * (t * 6 - 15) + 10); };
  const float u = fade(inside.x), v = fade(inside.y);
  return std::lerp(std::lerp(corner(0, 0), corner(1, 0), u),
                   std::lerp(corner(0, 1), corner(1, 1), u), v);
}

float Noise::fractal(Point p, int octaves) const {
  float sum = 0, weight = 1;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * (*this)(p);
    // Not quite twice as fine, and shifted, so that the lattices do not meet.
    p = p * 2.03f + Point{17.3f, 9.1f};
    weight *= 0.5f;
  }
  return sum;
}

float Noise::ridged(Point p, int octaves) const {
  float sum = 0, weight = 0.5f;
  for (int i = 0; i < octaves; ++i) {
    const float ridge = 1 - std::abs((*this)(p)) * 1.5f;
    sum += weight * ridge * ridge;
    p = p * 2.07f + Point{5.7f, 31.1f};
    weight *= 0.5f;
  }
  return sum;
}

}  // namespace impasto::samples
