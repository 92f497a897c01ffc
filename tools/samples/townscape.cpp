// A town by a river on a summer afternoon, drawn from far to near: sky, mountains, wooded hills,
// two rows of houses with a church, a bridge, the quay, the river that mirrors all of it, and the
// near bank.
#include <cmath>

#include "tools/samples/houses.h"
#include "tools/samples/pictures.h"
#include "tools/samples/trees.h"

namespace impasto::samples {
namespace {

constexpr int kWidth = 1536, kHeight = 1024;
constexpr float kWater = 0.70f;  // where the river meets the quay
constexpr float kQuay = 0.655f;

class Townscape {
 public:
  Townscape() : canvas_(kWidth, kHeight), noise_(21), dice_(22) {}

  Canvas draw() {
    sky();
    mountains();
    woods();
    town();
    bridge();
    quay();
    river();
    boat({0.93f, 0.80f}, 0.07f);
    bank();
    air();
    return std::move(canvas_);
  }

 private:
  void sky() {
    constexpr Colour kBlue[] = {
        {0.17f, 0.39f, 0.70f}, {0.36f, 0.58f, 0.83f}, {0.63f, 0.78f, 0.90f}, {0.93f, 0.88f, 0.79f}};
    canvas_.shade({0, 0, canvas_.aspect(), kWater}, [&](Point p, Colour& pixel) {
      const Colour blue = along(kBlue, p.y / 0.55f);
      // A plane of clouds overhead, seen in perspective.
      const float far = 1 / (0.72f - p.y);
      Point q{(p.x - 0.75f) * far * 0.95f + 3, far * 1.7f};
      q = q + Point{noise_(q * 0.9f), noise_(q * 0.9f + Point{50, 0})} * 0.35f;
      const float density = noise_.fractal(q, 6) + 0.06f;
      const float towards_sun = noise_.fractal(q + Point{-0.13f, -0.10f}, 5) + 0.06f;
      const float cover = smoothstep(0.02f, 0.40f, density);
      const float light = clamp01(0.62f + 1.5f * (density - towards_sun) -
                                  0.35f * cover * smoothstep(0.3f, 0.9f, density));
      const Colour cloud = mix({0.60f, 0.62f, 0.72f}, {1.0f, 0.97f, 0.92f}, light);
      pixel = mix(blue, cloud, 0.94f * cover * smoothstep(0.58f, 0.40f, p.y));
    });
  }

  void mountains() {
    struct Range {
      float base, rise, scale, haze;
      Colour rock;
    };
    const Range ranges[] = {{0.42f, 0.24f, 2.1f, 0.62f, {0.42f, 0.47f, 0.62f}},
                            {0.46f, 0.16f, 2.9f, 0.42f, {0.34f, 0.42f, 0.52f}}};
    for (const Range& range : ranges) {
      const auto top = [&](float x) {
        return range.base -
               range.rise * (noise_.ridged({x * range.scale, range.scale * 9}, 6) - 0.25f);
      };
      canvas_.shade({0, 0.2f, canvas_.aspect(), kWater}, [&](Point p, Colour& pixel) {
        const float below = p.y - top(p.x);
        if (below < 0) return;
        const Point q = Point{p.x, p.y * 1.3f} * (range.scale * 3.2f) + Point{0, 7};
        const float slope = noise_.ridged(q, 5) - noise_.ridged(q + Point{-0.10f, -0.07f}, 5);
        const float snow = smoothstep(0.02f, -0.01f, below - 0.05f - 0.05f * noise_.fractal(q, 3)) *
                           (range.haze > 0.5f ? 1.0f : 0.0f);
        const Colour rock = mix(range.rock, {0.95f, 0.95f, 0.98f}, snow) *
                            std::clamp(0.85f + 2.4f * slope, 0.45f, 1.3f);
        pixel = mix(rock, {0.80f, 0.84f, 0.88f}, clamp01(range.haze + 0.9f * below));
      });
    }
  }

  // Hills covered with crowns, the far ones first.
  void woods() {
    constexpr Colour kGreens[] = {
        {0.22f, 0.36f, 0.20f}, {0.34f, 0.46f, 0.20f}, {0.47f, 0.50f, 0.22f}, {0.60f, 0.48f, 0.22f}};
    for (const int hill : {0, 1}) {
      const float base = hill == 0 ? 0.465f : 0.525f;
      const auto top = [&](float x) {
        return base - 0.10f * noise_.fractal({x * 1.7f + 9.0f * static_cast<float>(hill), 3.3f}, 3);
      };
      const float haze = hill == 0 ? 0.45f : 0.22f;
      constexpr int kRows = 20;
      for (int row = 0; row < kRows; ++row) {
        for (int i = 0; i < 130; ++i) {
          const float x = dice_.uniform(-0.02f, 1.52f);
          const float y = top(x) + 0.012f * static_cast<float>(row) + dice_.normal(0, 0.004f);
          const float tint = 0.42f + 0.9f * noise_(Point{x * 3, y * 5}) + 0.16f * dice_.normal();
          const Colour green = mix(along(kGreens, tint), {0.72f, 0.80f, 0.86f}, haze);
          draw_crown(canvas_, noise_, {x, y}, dice_.uniform(0.010f, 0.017f),
                     green * dice_.uniform(0.85f, 1.15f));
        }
      }
    }
  }

  void town() {
    for (float x = 0.16f; x < 1.30f;) {
      House house = any_house(dice_, x, 0.60f + 0.012f * dice_.normal());
      house.haze = 0.17f;
      house.height *= 0.9f;
      draw_house(canvas_, noise_, house);
      x += house.width * 0.96f;
    }
    draw_church(canvas_, noise_, {0.92f, 0.60f}, 0.42f);
    for (int i = 0; i < 26; ++i) {
      const Point p{dice_.uniform(0.05f, 1.45f), dice_.uniform(0.60f, 0.64f)};
      draw_crown(canvas_, noise_, p, dice_.uniform(0.014f, 0.026f), {0.30f, 0.40f, 0.18f});
    }
    for (float x = 0.02f; x < 1.06f;) {
      const House house = any_house(dice_, x, kQuay);
      draw_house(canvas_, noise_, house);
      x += house.width * 0.985f;
    }
    for (const float x : {0.13f, 0.40f, 0.78f, 1.06f}) {
      for (int i = 0; i < 7; ++i) {
        const Point p{x + dice_.normal(0, 0.014f), kQuay - dice_.uniform(0.008f, 0.040f)};
        draw_crown(canvas_, noise_, p, dice_.uniform(0.010f, 0.018f), {0.36f, 0.46f, 0.18f});
      }
    }
  }

  void bridge() {
    canvas_.shade({1.06f, 0.55f, canvas_.aspect(), kWater}, [&](Point p, Colour& pixel) {
      const float deck = 0.612f + 0.03f * std::pow((p.x - 1.40f) / 0.3f, 2.0f);
      const float up = p.y - deck;
      if (up < 0) return;
      const float bay = (p.x - 1.085f) / 0.155f;
      const float x = (bay - std::floor(bay) - 0.5f) * 2;
      const float arch = 0.70f - 0.062f * std::sqrt(std::max(0.0f, 1 - std::pow(x / 0.80f, 2.0f)));
      if (p.y > arch) return;
      Colour stone = masonry(noise_, p, {0.66f, 0.58f, 0.48f}, 0.009f);
      if (arch - p.y < 0.010f && std::abs(x) < 0.82f) stone = stone * 1.2f;
      if (up < 0.010f) stone = stone * 1.25f;
      if (std::abs(up - 0.013f) < 0.003f) stone = stone * 0.6f;
      pixel = stone * std::lerp(1.05f, 0.8f, clamp01(up / 0.09f));
    });
  }

  void quay() {
    canvas_.shade({0, kQuay - 0.004f, 1.10f, kWater}, [&](Point p, Colour& pixel) {
      if (p.y < kQuay + 0.002f) {
        pixel = Colour{0.72f, 0.67f, 0.58f} * (1 + 0.2f * noise_.fractal(p * 60, 2));
        return;
      }
      const Colour stone = masonry(noise_, p, {0.54f, 0.49f, 0.42f}, 0.010f);
      const float wet = smoothstep(0.018f, 0, kWater - p.y + 0.010f * noise_.fractal(p * 20, 3));
      const float ivy = smoothstep(0.18f, 0.32f, noise_.fractal(p * Point{14, 14}.x, 4));
      pixel = mix(mix(stone, {0.20f, 0.26f, 0.18f}, 0.75f * wet),
                  Colour{0.26f, 0.36f, 0.14f} * (1 + noise_(p * 150)), 0.8f * ivy);
    });
  }

  void river() {
    const Canvas scene = canvas_;
    canvas_.shade({0, kWater, canvas_.aspect(), 1}, [&](Point p, Colour& pixel) {
      const float depth = p.y - kWater;
      const float near = 0.25f + depth * 4;  // waves grow towards us
      const Point q{p.x * 16 / near, std::log(0.05f + depth) * 34};
      const float wave = noise_.fractal(q, 3);
      const float small = noise_.fractal(q * 3.1f + Point{7, 7}, 2);
      const Point mirrored{
          p.x + 0.010f * near * small,
          kWater - depth * 1.12f + 0.045f * near * depth * 8 * wave * 0.5f - 0.004f};
      const float clarity = smoothstep(0.34f, 0.0f, depth);
      const Colour deep{0.12f, 0.22f, 0.22f};
      Colour colour =
          mix(deep, scene.sample({mirrored.x, std::min(mirrored.y, kWater - 0.003f)}) * 0.86f,
              0.50f + 0.34f * clarity);
      colour = colour * (1 + 0.24f * wave + 0.14f * small);
      const float glint = smoothstep(0.52f, 0.80f, wave + 0.5f * small);
      pixel = mix(colour, {0.92f, 0.93f, 0.92f}, 0.65f * glint);
      pixel = mix(pixel, {0.10f, 0.12f, 0.10f}, 0.6f * smoothstep(0.006f, 0, depth));
    });
  }

  void boat(Point middle, float half) {
    canvas_.shade(
        {middle.x - half, middle.y - 0.03f, middle.x + half, middle.y + 0.05f},
        [&](Point p, Colour& pixel) {
          const float x = (p.x - middle.x) / half;
          const float rim = middle.y - 0.006f - 0.014f * x * x * x * x - 0.004f * x;
          const float keel = middle.y + 0.022f * std::sqrt(std::max(0.0f, 1 - x * x));
          if (p.y > rim && p.y < keel) {
            const float plank = (p.y - rim) / 0.006f;
            const float line = plank - std::floor(plank) < 0.15f ? 0.7f : 1.0f;
            pixel = Colour{0.46f, 0.22f, 0.16f} * line * (1.1f - 0.3f * x) *
                    (1 + 0.3f * noise_.fractal(p * 90, 2));
            if (p.y < rim + 0.004f) pixel = {0.86f, 0.80f, 0.68f};
          } else if (p.y >= keel && p.y < keel + 0.016f) {
            pixel = mix(pixel, {0.14f, 0.12f, 0.11f}, 0.65f * smoothstep(keel + 0.016f, keel, p.y));
          }
        });
  }

  // Grass, flowers and a tree on our side.
  void bank() {
    const auto edge = [&](float x) {
      return 0.905f + 0.10f * smoothstep(0.25f, 1.25f, x) + 0.02f * noise_.fractal({x * 5, 77}, 3);
    };
    canvas_.shade({0, 0.85f, canvas_.aspect(), 1}, [&](Point p, Colour& pixel) {
      if (p.y > edge(p.x))
        pixel = Colour{0.20f, 0.25f, 0.10f} * (1 + 0.6f * noise_.fractal(p * 40, 3));
    });
    draw_tree(canvas_, noise_, dice_,
              {{0.075f, 0.99f}, 0.70f, {-0.02f, -1.0f}, {0.27f, 0.38f, 0.13f}});
    constexpr Colour kGrass[] = {
        {0.16f, 0.24f, 0.08f}, {0.34f, 0.44f, 0.14f}, {0.56f, 0.60f, 0.22f}, {0.74f, 0.68f, 0.34f}};
    constexpr Colour kFlowers[] = {
        {0.90f, 0.28f, 0.20f}, {0.96f, 0.90f, 0.82f}, {0.94f, 0.76f, 0.24f}, {0.58f, 0.40f, 0.74f}};
    for (int i = 0; i < 9000; ++i) {
      const float x = dice_.uniform(-0.02f, 1.52f);
      const float top = edge(x);
      const float y = std::lerp(top, 1.04f, static_cast<float>(i) / 9000);
      const float tall = dice_.uniform(0.012f, 0.034f), sway = dice_.normal(0.1f, 0.3f);
      const Colour colour = along(kGrass, dice_.uniform() * 0.9f + 0.5f * noise_(Point{x, y} * 6));
      for (int k = 0; k < 6; ++k) {
        const float t = static_cast<float>(k) / 6;
        draw_leaf(canvas_, {x + sway * tall * t * t, y - tall * t}, 0.0034f * (1.25f - t),
                  1.57f - sway * t, colour * (0.7f + 0.4f * t));
      }
      if (i % 24 == 0) {
        const Colour petal = kFlowers[static_cast<std::size_t>(dice_.uniform() * 3.99f)];
        for (int k = 0; k < 3; ++k) {
          draw_leaf(canvas_, {x + sway * tall, y - tall}, dice_.uniform(0.003f, 0.006f),
                    dice_.uniform(0, 3.1f), petal * dice_.uniform(0.8f, 1.05f));
        }
      }
    }
  }

  // Warm light and the grain of a photograph.
  void air() {
    canvas_.shade([&](Point p, Colour& pixel) {
      const float sun = std::exp(-2.2f * length(p - Point{0.1f, 0.25f}));
      pixel = pixel * Colour{1.03f, 1.0f, 0.96f} + Colour{0.10f, 0.075f, 0.04f} * sun;
      pixel = pixel * (1 + 0.018f * dice_.normal());
    });
  }

  Canvas canvas_;
  Noise noise_;
  Dice dice_;
};

}  // namespace

Canvas draw_townscape() {
  return Townscape().draw();
}

}  // namespace impasto::samples
