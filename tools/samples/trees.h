// Foliage: crowns, leaves and grass, lit from the upper left.
#pragma once

#include "tools/samples/canvas.h"
#include "tools/samples/noise.h"

namespace impasto::samples {

// A round, leafy mass.
void draw_crown(Canvas& canvas, const Noise& noise, Point centre, float radius, Colour colour);

// A small ellipse of one colour, turned by `angle`.
void draw_leaf(Canvas& canvas, Point centre, float radius, float angle, Colour colour);

// A tapering line.
void draw_branch(Canvas& canvas, const Noise& noise, Point from, Point to, float thickness);

// Trunk, boughs and leaves; `lean` is the direction in which it grows.
struct Tree {
  Point root;
  float height;
  Point lean;
  Colour leaves;
};
void draw_tree(Canvas& canvas, const Noise& noise, Dice& dice, const Tree& tree);

}  // namespace impasto::samples
