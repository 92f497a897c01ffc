// A windy night: the air is a sum of whirls, and paint follows it. Colours run along the
// streamlines too, so that bands of blue and green wind round the stars.
#include <cmath>
#include <numbers>

#include "tools/samples/brush.h"
#include "tools/samples/pictures.h"

namespace impasto::samples {
namespace {

constexpr int kWidth = 1152, kHeight = 768;

constexpr Colour kSky[] = {{0.03f, 0.06f, 0.22f}, {0.05f, 0.13f, 0.42f}, {0.10f, 0.27f, 0.62f},
                           {0.18f, 0.45f, 0.74f}, {0.45f, 0.70f, 0.80f}, {0.80f, 0.88f, 0.74f}};
constexpr Colour kGlow[] = {{1.00f, 0.98f, 0.82f}, {1.00f, 0.90f, 0.42f}, {0.97f, 0.74f, 0.20f},
                            {0.80f, 0.76f, 0.40f}, {0.42f, 0.66f, 0.66f}, {0.20f, 0.48f, 0.74f}};
constexpr Colour kHill[] = {{0.04f, 0.10f, 0.24f},
                            {0.05f, 0.25f, 0.36f},
                            {0.13f, 0.42f, 0.36f},
                            {0.45f, 0.60f, 0.25f},
                            {0.90f, 0.78f, 0.32f}};

struct Whirl {
  Point centre;
  float radius, turn;  // turn: speed and sense
};
constexpr Whirl kWhirls[] = {{{0.60f, 0.30f}, 0.17f, 1.0f},
                             {{0.90f, 0.36f}, 0.13f, -1.0f},
                             {{0.36f, 0.47f}, 0.10f, 0.8f},
                             {{1.08f, 0.56f}, 0.10f, 0.7f},
                             {{0.33f, 0.10f}, 0.10f, -0.8f}};

struct Star {
  Point centre;
  float radius;
};
constexpr Star kMoon = {{1.32f, 0.16f}, 0.15f};
constexpr Star kStars[] = {kMoon,
                           {{0.08f, 0.09f}, 0.065f},
                           {{0.27f, 0.27f}, 0.055f},
                           {{0.48f, 0.09f}, 0.060f},
                           {{0.78f, 0.11f}, 0.075f},
                           {{1.02f, 0.10f}, 0.040f},
                           {{1.13f, 0.38f}, 0.055f},
                           {{0.74f, 0.55f}, 0.045f},
                           {{1.35f, 0.46f}, 0.060f},
                           {{0.53f, 0.56f}, 0.035f},
                           {{0.36f, 0.62f}, 0.03f}};

class Night {
 public:
  Night() : painting_(kWidth, kHeight, 11), noise_(12), dice_(13) {}

  Canvas paint() {
    sky();
    hills();
    poplars();
    painting_.light(0.55f);
    return std::move(painting_.canvas());
  }

 private:
  // The air flows along the lines of equal height of this function,
  float stream(Point p) const { return 1.1f * p.y + 0.16f * noise_.fractal(p * 1.9f, 2); }

  // but round the whirls and stars.
  Point wind(Point p) const {
    constexpr float e = 0.004f;
    Point flow{stream(p + Point{0, e}) - stream(p - Point{0, e}),
               stream(p - Point{e, 0}) - stream(p + Point{e, 0})};
    flow = flow * (1 / std::max(length(flow), 1e-6f));
    const auto turn = [&](Point centre, float radius, float sense, float firm) {
      const Point r = p - centre;
      const float distance = length(r);
      const float near = firm * std::exp(-std::pow(distance / radius, 3.0f));
      const Point round = Point{-r.y, r.x} * (sense / std::max(distance, 1e-6f));
      flow = flow * (1 - near) + round * near;
    };
    for (const Whirl& whirl : kWhirls) turn(whirl.centre, whirl.radius, whirl.turn, 0.97f);
    for (const Star& star : kStars) turn(star.centre, 1.5f * star.radius, 1, 1);
    return flow;
  }

  // Bands of colour follow the air as well: turned into the whirls, more so nearer to the centre.
  float bands(Point p) const {
    for (const Whirl& whirl : kWhirls) {
      const Point r = p - whirl.centre;
      const float angle = 2.6f * whirl.turn * std::exp(-dot(r, r) / (whirl.radius * whirl.radius));
      const float c = std::cos(angle), s = std::sin(angle);
      p = whirl.centre + Point{c * r.x + s * r.y, c * r.y - s * r.x};
    }
    return 0.5f + 0.5f * std::sin(stream(p) * 46 + 2 * noise_(p * 3));
  }

  Colour sky_colour(Point p) {
    const float band = bands(p);
    const float fall = 0.12f + 0.35f * p.y;
    Colour colour = along(kSky, fall + 0.42f * band * band + 0.13f * dice_.normal());
    for (const Star& star : kStars) {
      const float distance = length(p - star.centre) / star.radius;
      if (distance > 1.4f) continue;
      const float rings = 0.11f * std::sin(distance * 17);
      const Colour glow = along(kGlow, 0.80f * distance + (&star == kStars ? 0.22f : 0.0f) + rings +
                                           0.05f * dice_.normal());
      colour = mix(glow, colour, smoothstep(0.8f, 1.4f, distance + 0.1f * dice_.normal()));
    }
    return colour;
  }

  void sky() {
    painting_.canvas().shade(
        [](Point p, Colour& colour) { colour = along(kSky, 0.3f + 0.2f * p.y); });
    struct Layer {
      int strokes, steps;
      float width;
    };
    for (const Layer layer :
         {Layer{2600, 24, 0.030f}, Layer{7000, 18, 0.015f}, Layer{5000, 13, 0.009f}}) {
      for (int i = 0; i < layer.strokes; ++i) {
        const Point start = dice_.inside({-0.05f, -0.05f, 1.55f, 0.80f});
        const int steps =
            layer.steps / 2 + static_cast<int>(dice_.uniform(0, static_cast<float>(layer.steps)));
        Stroke stroke{follow(start, steps, 0.006f, [&](Point p) { return wind(p); })};
        stroke.width = layer.width * dice_.uniform(0.7f, 1.3f);
        const Point middle = stroke.path[stroke.path.size() / 2];
        stroke.paint = sky_colour(middle);
        stroke.second = sky_colour(middle + Point{dice_.normal(0, 0.01f), dice_.normal(0, 0.01f)});
        painting_.paint(stroke);
      }
    }
    for (const Star& star : kStars) heart(star);
    moon();
  }

  // A dab in the middle of a star, where the strokes round it leave a hole.
  void heart(const Star& star) {
    for (int i = 0; i < 5; ++i) {
      const Point p = star.centre + Point{dice_.normal(), dice_.normal()} * (0.06f * star.radius);
      Stroke dab{{p, p + Point{0.006f, 0.003f}, p + Point{0.011f, 0}}};
      dab.width = 0.016f;
      dab.paint = &star == kStars ? kGlow[2] : kGlow[0];
      dab.second = kGlow[1];
      dab.dry_from = 2;
      painting_.paint(dab);
    }
  }

  // A crescent: between two circles, painted along them.
  void moon() {
    for (int i = 0; i < 420; ++i) {
      const float angle = dice_.uniform(0.6f, 4.9f);
      const float thickness = 0.034f * std::sin((angle - 0.6f) / 4.4f * std::numbers::pi_v<float>);
      const float radius = 0.066f - thickness * dice_.uniform();
      const auto on_circle = [&](float a) {
        return kMoon.centre + Point{std::cos(a), std::sin(a)} * radius;
      };
      Stroke stroke{{on_circle(angle), on_circle(angle + 0.12f), on_circle(angle + 0.24f)}};
      stroke.width = 0.012f;
      stroke.paint = mix({1, 0.93f, 0.55f}, {1, 0.99f, 0.85f}, dice_.uniform());
      stroke.second = {1, 1, 0.93f};
      stroke.dry_from = 1;
      painting_.paint(stroke);
    }
  }

  // The upper edge of a range of hills, from far (0) to near (3).
  float ridge(float x, int range) const {
    const float base[] = {0.70f, 0.75f, 0.82f, 0.93f};
    const float wave[] = {0.05f, 0.06f, 0.05f, 0.04f};
    const auto far = static_cast<float>(range);
    return base[range] +
           wave[range] * 2 * noise_.fractal({x * (2.6f - 0.4f * far) + 13 * far, 40 + far}, 3);
  }

  void hills() {
    for (int range = 0; range < 4; ++range) {
      for (int i = 0; i < 3600; ++i) {
        const float x = dice_.uniform(-0.05f, 1.55f);
        const float depth = dice_.uniform();
        const float y = ridge(x, range) + 0.22f * depth * depth;
        if (y > 1.05f) continue;
        const float slope = (ridge(x + 0.01f, range) - ridge(x - 0.01f, range)) / 0.02f;
        const float swing = slope * (1 - depth) + 0.5f * noise_(Point{x, y} * 5);
        Stroke stroke{follow({x, y}, 7, 0.006f, [&](Point) { return Point{1, swing}; })};
        stroke.width = dice_.uniform(0.008f, 0.016f) * (1 + 0.2f * static_cast<float>(range));
        const float fields = 0.5f + 1.1f * noise_.fractal(Point{x * 4, y * 11} + Point{0, 60}, 2);
        const float far = 0.16f * static_cast<float>(3 - range);
        const float light = 0.75f * fields + 0.20f * (1 - depth) - 0.10f + 0.07f * dice_.normal();
        stroke.paint = mix(along(kHill, light), kSky[2], far);
        stroke.second = mix(along(kHill, light + 0.15f), kSky[3], far);
        painting_.paint(stroke);
      }
      if (range == 2) village();
    }
  }

  void block(Box box, Colour paint, Colour second) {
    const float width = (box.right - box.left) * 0.45f;
    for (int i = 0; i < 4; ++i) {
      const float x = std::lerp(box.left, box.right, (static_cast<float>(i) + 0.5f) / 4);
      Stroke stroke{{{x, box.top}, {x, (box.top + box.bottom) / 2}, {x, box.bottom}}};
      stroke.width = width;
      stroke.paint = paint;
      stroke.second = second;
      stroke.dry_from = 2;
      painting_.paint(stroke);
    }
  }

  void village() {
    for (int i = 0; i < 15; ++i) {
      const float x = 0.52f + 0.052f * static_cast<float>(i) + dice_.normal(0, 0.008f);
      const float ground = ridge(x, 2) + dice_.uniform(0.025f, 0.05f);
      const float w = dice_.uniform(0.024f, 0.036f), h = dice_.uniform(0.022f, 0.036f);
      const Colour wall = mix({0.24f, 0.34f, 0.48f}, {0.52f, 0.54f, 0.56f}, dice_.uniform());
      block({x, ground - h, x + w, ground}, wall, wall * 0.8f);
      const Colour roof = mix({0.16f, 0.14f, 0.30f}, {0.52f, 0.24f, 0.18f}, dice_.uniform());
      for (float side : {0.0f, 1.0f}) {
        Stroke slope{{{x + w * 0.5f, ground - h - 0.6f * w},
                      {x + w * side * 1.1f - 0.05f * w, ground - h + 0.004f}}};
        slope.width = 0.012f;
        slope.paint = roof;
        slope.second = roof * (side == 0 ? 1.4f : 0.8f);
        slope.dry_from = 2;
        painting_.paint(slope);
      }
      if (dice_.chance(0.75f)) {
        const Point window{x + w * 0.5f, ground - h * 0.5f};
        block({window.x - 0.005f, window.y - 0.006f, window.x + 0.005f, window.y + 0.005f},
              {1, 0.86f, 0.35f}, {0.98f, 0.62f, 0.16f});
      }
    }
    // The chapel.
    const float x = 0.93f, ground = ridge(x, 2) + 0.035f;
    block({x, ground - 0.07f, x + 0.026f, ground}, {0.46f, 0.52f, 0.60f}, {0.30f, 0.36f, 0.50f});
    Stroke spire{{{x + 0.013f, ground - 0.16f}, {x + 0.013f, ground - 0.07f}}};
    spire.width = 0.016f;
    spire.paint = {0.12f, 0.12f, 0.26f};
    spire.second = {0.22f, 0.26f, 0.42f};
    painting_.paint(spire);
  }

  // Dark flames at the left.
  void poplars() {
    constexpr Colour kLeaves[] = {
        {0.02f, 0.04f, 0.08f}, {0.04f, 0.12f, 0.12f}, {0.11f, 0.24f, 0.15f}, {0.38f, 0.40f, 0.17f}};
    struct Tree {
      float x, top, width;
    };
    for (const Tree tree : {Tree{0.235f, 0.50f, 0.040f}, Tree{0.145f, 0.17f, 0.062f}}) {
      for (int i = 0; i < 1100; ++i) {
        const float t = 1 - std::pow(dice_.uniform(), 0.7f);  // 0 at the root, 1 at the tip
        const float y = std::lerp(1.04f, tree.top, t);
        const float reach = tree.width * std::pow(std::sin(std::sqrt(1 - t) * 2.5f), 0.8f);
        const float side = std::clamp(dice_.normal(0, 0.5f), -1.0f, 1.0f);
        const float x = tree.x + reach * side + 0.012f * std::sin(y * 19);
        const auto flame = [&](Point p) {
          return Point{0.34f * std::sin(p.y * 22 + 2) - 0.22f * side, -1};
        };
        Stroke stroke{follow({x, y}, 6 + static_cast<int>(9 * (1 - t)), 0.006f, flame)};
        stroke.width = dice_.uniform(0.006f, 0.012f);
        const float light = clamp01(0.33f + 0.42f * side + 0.17f * dice_.normal());
        stroke.paint = along(kLeaves, light);
        stroke.second = along(kLeaves, light * 0.6f);
        painting_.paint(stroke);
      }
    }
  }

  Painting painting_;
  Noise noise_;
  Dice dice_;
};

}  // namespace

Canvas paint_night() {
  return Night().paint();
}

}  // namespace impasto::samples
