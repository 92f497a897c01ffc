// Thick paint. A stroke follows a path; its bristles leave streaks of slightly different paint and
// height, run dry towards the end, and push up a rim at the sides. When the picture is finished,
// light from one side makes the relief visible.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tools/samples/canvas.h"
#include "tools/samples/noise.h"

namespace impasto::samples {

struct Stroke {
  std::vector<Point> path;
  float width = 0.02f;
  Colour paint = {};      // what the brush was dipped into,
  Colour second = {};     // and what was mixed in badly
  float thick = 1;        // how much paint
  float dry_from = 0.6f;  // share of the path after which bristles run dry; > 1: never
};

class Painting {
 public:
  Painting(int width, int height, std::uint64_t seed);

  Canvas& canvas() { return canvas_; }
  void paint(const Stroke& stroke);

  // Lights the relief from the upper left: once, at the end.
  void light(float strength);

 private:
  struct Nearest {  // where a pixel is in the stroke
    float across;   // signed distance to the path in half widths; beyond 1 is outside
    float along;    // length of the path before it
  };

  float measure(const Stroke& stroke);  // fills nearest_, returns the length of the path
  void lay(const Stroke& stroke, float total, Nearest nearest, std::size_t pixel);

  Canvas canvas_;
  Noise noise_;
  std::vector<float> relief_;     // height of the paint at each pixel
  std::vector<Nearest> nearest_;  // scratch
  float hairs_ = 0;               // where in the noise this stroke's bristles are
};

// A path through a field of directions: from `start` forwards, `steps` steps of `step` each.
template <class Field>
std::vector<Point> follow(Point start, int steps, float step, Field direction) {
  std::vector<Point> path = {start};
  for (int i = 0; i < steps; ++i) {
    const Point d = direction(path.back());
    const float norm = std::max(length(d), 1e-6f);
    path.push_back(path.back() + d * (step / norm));
  }
  return path;
}

}  // namespace impasto::samples
