#include "tools/samples/houses.h"

#include <cmath>

namespace impasto::samples {
namespace {

constexpr Colour kHaze = {0.80f, 0.83f, 0.87f};
constexpr Colour kBeam = {0.27f, 0.18f, 0.13f};

float fraction(float x) {
  return x - std::floor(x);
}

// Rows of tiles, each a little different, with a shadow under each row.
Colour tiles(const Noise& noise, Point p, Colour colour) {
  const float row = p.y / 0.0075f;
  const float column = p.x / 0.0065f + 0.5f * std::floor(row);
  const float each = noise({std::floor(column) * 0.73f + 3.1f, std::floor(row) * 0.61f});
  const float weather = noise.fractal(p * 9, 4);
  const float round = 0.88f + 0.16f * std::sin(3.14159f * fraction(column));
  const float shadow = 1 - 0.38f * smoothstep(0.3f, 0, fraction(row));
  return colour * (round * shadow * (1 + 0.5f * each + 0.28f * weather));
}

Colour plaster(const Noise& noise, Point p, const House& house, float v) {
  const float grain = 0.10f * noise.fractal(p * 60, 3) + 0.16f * noise.fractal(p * 7, 3);
  const float streaks = 0.07f * noise.fractal({p.x * 90, p.y * 6}, 2);
  const float damp = std::lerp(0.80f, 1.0f, smoothstep(0, 0.35f, v));
  return house.wall * ((1 + grain + streaks) * damp);
}

// Posts, rails and struts; whether there is a beam here.
bool on_timber(const House& house, float u, float storey) {
  const float bay = u * static_cast<float>(house.columns);
  const float x = fraction(bay), y = fraction(storey);
  if (x < 0.055f || x > 0.945f || y < 0.06f) return true;
  const bool outer = bay < 1 || bay > static_cast<float>(house.columns - 1);
  const bool mirrored = bay < 1;
  return outer && std::abs((mirrored ? 1 - x : x) - y) < 0.07f && y < 0.8f;
}

// A window in the middle of its cell, or the wall that was there.
Colour window(const Noise& noise, const House& house, Point cell, Point which, Colour wall) {
  const float x = cell.x - 0.5f, y = cell.y - 0.48f;
  const float half = 0.20f, tall = 0.29f;
  const float ax = std::abs(x), ay = std::abs(y);
  if (house.shutters && ax > half + 0.02f && ax < half + 0.17f && ay < tall) {
    return house.paint * (0.8f + 0.3f * fraction(cell.y * 9)) * (x < 0 ? 1.1f : 0.9f);
  }
  if (ax < half + 0.06f && y < -tall && y > -tall - 0.08f) return wall * 0.62f;  // under the sill
  if (ax > half || ay > tall) return ax < half + 0.04f && ay < tall + 0.05f ? wall * 1.18f : wall;
  const bool bar =
      ax < 0.022f || std::abs(y - 0.07f) < 0.02f || ax > half - 0.03f || ay > tall - 0.03f;
  if (bar) return {0.90f, 0.88f, 0.82f};
  const float pane = noise(which * 7.3f + Point{0.4f, 0.7f});
  const Colour sky = mix({0.10f, 0.13f, 0.18f}, {0.50f, 0.60f, 0.70f},
                         clamp01(0.25f + pane + 0.9f * y + 0.4f * x));
  const float head = smoothstep(tall - 0.12f, tall, y);  // the reveal's shadow
  return sky * (1 - 0.5f * head);
}

Colour front(const Noise& noise, const House& house, Point p, float u, float v) {
  if (v < 0.07f) return masonry(noise, p, {0.52f, 0.48f, 0.44f}, 0.012f);
  Colour colour = plaster(noise, p, house, v);
  const float storey = (v - 0.07f) / 0.93f * static_cast<float>(house.rows);
  const float bay = u * static_cast<float>(house.columns);
  if (house.timber && storey > 1 && on_timber(house, u, storey)) {
    return kBeam * (1 + 0.5f * noise.fractal(p * 80, 2));
  }
  const Point which{std::floor(bay) + house.left * 31, std::floor(storey)};
  const bool in_gable = v > 1;
  if (in_gable && (bay < 0.9f || bay > static_cast<float>(house.columns) - 0.9f)) return colour;
  return window(noise, house, {fraction(bay), fraction(storey)}, which, colour);
}

// Light on a wall: brighter to the left, dark under the eaves.
float wall_light(const House& house, float u, float v) {
  const float side = std::lerp(1.06f, 0.86f, u);
  const float under_eaves = house.gable ? 1 : 1 - 0.45f * smoothstep(0.90f, 1, v);
  return side * under_eaves;
}

}  // namespace

Colour masonry(const Noise& noise, Point p, Colour stone, float size) {
  const float row = p.y / size;
  const float column =
      p.x / (2.1f * size) + 0.5f * std::floor(row) + 0.3f * noise({std::floor(row) * 3.7f, 0.5f});
  const float each = noise({std::floor(column) * 0.77f + 1.3f, std::floor(row) * 0.59f});
  const bool joint = fraction(row) < 0.13f || fraction(column) < 0.07f;
  const float light = 1 + 0.45f * each + 0.25f * noise.fractal(p * 70, 3);
  return stone * (joint ? 0.62f * light : light);
}

House any_house(Dice& dice, float left, float ground) {
  constexpr Colour kWalls[] = {{0.93f, 0.86f, 0.70f}, {0.90f, 0.74f, 0.52f}, {0.86f, 0.60f, 0.47f},
                               {0.80f, 0.84f, 0.80f}, {0.95f, 0.92f, 0.86f}, {0.72f, 0.78f, 0.84f}};
  constexpr Colour kPaints[] = {
      {0.20f, 0.38f, 0.30f}, {0.46f, 0.18f, 0.14f}, {0.22f, 0.32f, 0.48f}};
  const auto pick = [&](auto& colours) {
    return colours[static_cast<std::size_t>(dice.uniform() *
                                            static_cast<float>(std::size(colours)))];
  };
  House house{};
  house.left = left;
  house.ground = ground;
  house.columns = 2 + static_cast<int>(dice.uniform(0, 2.99f));
  house.width = 0.038f * static_cast<float>(house.columns) * dice.uniform(0.9f, 1.1f);
  house.rows = 2 + static_cast<int>(dice.uniform(0.3f, 2.6f));
  house.height = 0.050f * static_cast<float>(house.rows) * dice.uniform(0.93f, 1.07f);
  house.gable = dice.chance(0.55f);
  house.roof = (house.gable ? 0.62f * house.width : 0.055f) + dice.uniform(0.01f, 0.02f);
  house.timber = dice.chance(0.45f);
  house.shutters = dice.chance(0.6f);
  house.wall = pick(kWalls);
  house.paint = pick(kPaints);
  house.tiles = mix({0.66f, 0.30f, 0.18f}, {0.50f, 0.27f, 0.22f}, dice.uniform());
  return house;
}

void draw_house(Canvas& canvas, const Noise& noise, const House& house) {
  const float eaves = house.ground - house.height, over = 0.006f;
  const Box box{house.left - 2 * over, eaves - house.roof - 0.04f,
                house.left + house.width + 2 * over, house.ground};
  const float chimney = house.left + 0.68f * house.width;
  canvas.shade(box, [&](Point p, Colour& pixel) {
    const float u = (p.x - house.left) / house.width, v = (house.ground - p.y) / house.height;
    const float up = (eaves - p.y) / house.roof;  // 0 at the eaves, 1 at the ridge
    Colour colour;
    const float slope = std::abs(u - 0.5f) - 0.5f * (1 - up);  // outside the gable when positive
    const float rake = over / house.width;
    const bool chimney_here =
        std::abs(p.x - chimney) < 0.009f && up > (house.gable ? 0.30f : 0.55f) && up < 1.28f;
    if (house.gable && up > -0.05f && slope > -rake && slope < 2.2f * rake) {
      colour = house.tiles * (slope > 1.2f * rake ? 0.55f : 0.95f) * (u < 0.5f ? 1.25f : 0.7f);
    } else if (house.gable && up > 0 && slope < 0) {
      colour = front(noise, house, p, u, v) * wall_light(house, u, v) *
               (1 - 0.35f * smoothstep(-5 * rake, -rake, slope));
    } else if (!house.gable && up > -0.12f && up < 1 && u > -rake + 0.05f * up &&
               u < 1 + rake - 0.05f * up) {
      colour = tiles(noise, p, house.tiles) * std::lerp(1.15f, 0.92f, u) * (up < 0 ? 0.5f : 1.0f);
    } else if (up <= 0 && u >= 0 && u <= 1) {
      colour = front(noise, house, p, u, v) * wall_light(house, u, v);
    } else if (chimney_here) {
      colour = masonry(noise, p, {0.58f, 0.36f, 0.28f}, 0.005f) * (p.x < chimney ? 1.15f : 0.75f);
    } else {
      return;
    }
    pixel = mix(colour * Colour{1.05f, 1.0f, 0.93f}, kHaze, house.haze);
  });
}

void draw_church(Canvas& canvas, const Noise& noise, Point foot, float height) {
  const float half = 0.036f, tower = 0.58f * height;
  const Box box{foot.x - 0.06f, foot.y - height, foot.x + 0.06f, foot.y};
  canvas.shade(box, [&](Point p, Colour& pixel) {
    const float x = p.x - foot.x, up = foot.y - p.y;
    const float spire = (up - tower) / (height - tower);
    Colour colour;
    if (spire > 0 &&
        std::abs(x) < half * 1.12f * (1 - spire) * (1 - 0.25f * std::sin(3.14f * spire))) {
      const float light = x < -0.1f * half * (1 - spire) ? 1.25f : 0.72f;
      colour = tiles(noise, p, {0.30f, 0.36f, 0.38f}) * light;
    } else if (spire <= 0 && std::abs(x) < half) {
      colour = masonry(noise, p, {0.78f, 0.70f, 0.58f}, 0.010f) *
               std::lerp(1.12f, 0.75f, (x + half) / (2 * half));
      const float clock = length({x, up - 0.86f * tower});
      const float belfry = up - 0.66f * tower;
      const float slit = std::abs(std::abs(x) - 0.015f);
      if (clock < 0.017f) colour = clock < 0.014f ? Colour{0.93f, 0.91f, 0.84f} : kBeam;
      if (clock < 0.012f && std::abs(x) < 0.0018f && up > 0.86f * tower) colour = kBeam;
      if (clock < 0.009f && std::abs(up - 0.86f * tower) < 0.0018f && x > 0) colour = kBeam;
      if (slit < 0.007f && belfry > 0 && belfry + slit * 2 < 0.05f) colour = {0.16f, 0.15f, 0.17f};
      if (std::abs(up - 0.97f * tower) < 0.004f || std::abs(up - 0.60f * tower) < 0.003f)
        colour = colour * 0.65f;
    } else {
      return;
    }
    pixel = mix(colour, kHaze, 0.12f);
  });
}

}  // namespace impasto::samples
