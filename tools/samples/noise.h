// Randomness of the sample pictures, all from seeds: dice for single decisions, and smooth noise
// for everything that looks natural.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/samples/canvas.h"

namespace impasto::samples {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}

  float uniform(float low = 0, float high = 1);
  float normal(float mean = 0, float deviation = 1);
  bool chance(float probability) { return uniform() < probability; }
  Point inside(Box box) { return {uniform(box.left, box.right), uniform(box.top, box.bottom)}; }

 private:
  std::uint64_t seed_;
  std::uint64_t throws_ = 0;
};

// Gradient noise (Perlin, "Improving noise", SIGGRAPH 2002) over a table of random directions,
// about -0.7..0.7, with one bump about every unit.
class Noise {
 public:
  explicit Noise(std::uint64_t seed);

  float operator()(Point p) const;
  // Sums of ever finer and weaker noise: clouds, and with ridges mountains. About -1..1 and 0..1.
  float fractal(Point p, int octaves) const;
  float ridged(Point p, int octaves) const;

 private:
  std::vector<Point> directions_;
};

}  // namespace impasto::samples
