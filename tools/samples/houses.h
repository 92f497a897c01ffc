// Old houses: plaster, half-timber, tiles, windows. Each is drawn pixel by pixel from where the
// pixel is on its front, lit from the upper left.
#pragma once

#include "tools/samples/canvas.h"
#include "tools/samples/noise.h"

namespace impasto::samples {

struct House {
  float left, ground, width, height;  // of the wall, up to the eaves
  float roof;                         // height of the roof above the eaves
  bool gable;                         // gable towards us, or eaves
  bool timber;
  bool shutters;
  int columns, rows;  // of windows
  Colour wall, tiles, paint;
  float haze = 0;  // how far away
};

// A house as this town builds them.
House any_house(Dice& dice, float left, float ground);

void draw_house(Canvas& canvas, const Noise& noise, const House& house);
void draw_church(Canvas& canvas, const Noise& noise, Point foot, float height);

// Courses of stone.
Colour masonry(const Noise& noise, Point p, Colour stone, float size);

}  // namespace impasto::samples
