// What the sample pictures are drawn on: colours in floats, drawn larger than they are shown, so
// that scaling them down smooths every edge.
//
// Coordinates are in units of the picture's height, y downwards: a 3:2 picture is 1.5 wide.
#pragma once

#include <cstdint>
#include <vector>

#include "style/image.h"
#include "tools/samples/colour.h"

namespace impasto::samples {

struct Point {
  float x = 0, y = 0;

  friend Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
};

float dot(Point a, Point b);
float length(Point a);

struct Box {
  float left, top, right, bottom;
};

class Canvas {
 public:
  Canvas(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  float aspect() const { return static_cast<float>(width_) / static_cast<float>(height_); }
  float pixel() const { return 1 / static_cast<float>(height_); }  // the side of one

  Colour& at(int x, int y) { return pixels_[index(x, y)]; }
  const Colour& at(int x, int y) const { return pixels_[index(x, y)]; }
  Colour& at(std::size_t index) { return pixels_[index]; }
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
           static_cast<std::size_t>(x);
  }
  Colour sample(Point p) const;  // bilinear, edges repeated

  // The pixels whose centres may lie in the box.
  struct Pixels {
    int left, top, right, bottom;  // right and bottom are past the end
  };
  Pixels pixels_of(Box box) const;
  Point centre(int x, int y) const {
    return {(static_cast<float>(x) + 0.5f) * pixel(), (static_cast<float>(y) + 0.5f) * pixel()};
  }

  // Calls paint(point, colour&) for each pixel of the box, or of all.
  template <class Paint>
  void shade(Box box, Paint paint) {
    const Pixels pixels = pixels_of(box);
    for (int y = pixels.top; y < pixels.bottom; ++y) {
      for (int x = pixels.left; x < pixels.right; ++x) paint(centre(x, y), at(x, y));
    }
  }
  template <class Paint>
  void shade(Paint paint) {
    shade({0, 0, aspect(), 1}, paint);
  }

  // Scaled down to this size, as a picture of 0..255.
  Image to_image(Context& context, ImageSize size) const;

 private:
  int width_, height_;
  std::vector<Colour> pixels_;
};

}  // namespace impasto::samples
