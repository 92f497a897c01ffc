// An avenue in autumn after rain: short, broad dabs of a palette knife in warm colours, with blue
// and violet where the light does not reach. No whirls: this style is texture and colour.
#include <cmath>

#include "tools/samples/brush.h"
#include "tools/samples/pictures.h"

namespace impasto::samples {
namespace {

constexpr int kWidth = 1152, kHeight = 768;
constexpr Point kEnd = {0.80f, 0.50f};  // where the avenue vanishes

constexpr Colour kFire[] = {{1.00f, 0.95f, 0.70f}, {1.00f, 0.82f, 0.30f}, {0.98f, 0.60f, 0.13f},
                            {0.88f, 0.33f, 0.11f}, {0.66f, 0.14f, 0.16f}, {0.36f, 0.10f, 0.26f}};
constexpr Colour kShade[] = {
    {0.62f, 0.78f, 0.82f}, {0.25f, 0.50f, 0.62f}, {0.20f, 0.28f, 0.52f}, {0.16f, 0.13f, 0.36f}};

class Avenue {
 public:
  Avenue() : painting_(kWidth, kHeight, 31), noise_(32), dice_(33) {}

  Canvas paint() {
    painting_.canvas().shade([&](Point p, Colour& colour) { colour = light_at(p, 0); });
    foliage(2200, 0.052f, 0.0f);
    foliage(4200, 0.032f, 0.3f);
    trunks();
    ground();
    foliage(2600, 0.019f, 0.55f);
    fallen_leaves();
    painting_.light(0.50f);
    return std::move(painting_.canvas());
  }

 private:
  // Light comes down the avenue and fades to the sides.
  Colour light_at(Point p, float jitter) const {
    const Point r = p - kEnd;
    const float mass = 0.75f * noise_.fractal(p * 3.1f, 3);
    return along(kFire, 0.95f * std::sqrt(r.x * r.x + 0.8f * r.y * r.y) + 0.30f * mass + jitter);
  }

  Colour leaf_colour(Point p) {
    const float shade =
        noise_.fractal(p * 4.3f + Point{30, 8}, 3) + 0.25f * (length(p - kEnd) - 0.6f);
    if (dice_.chance(clamp01(0.10f + 1.1f * shade)))
      return along(kShade, dice_.uniform() * 0.7f + 0.3f * length(p - kEnd));
    return light_at(p, 0.11f * dice_.normal());
  }

  void dab(Point p, Point direction, float width, float length) {
    Stroke stroke{{p, p + direction * (0.5f * length), p + direction * length}};
    stroke.width = width;
    stroke.paint = leaf_colour(p);
    stroke.second = mix(stroke.paint, leaf_colour(p), 0.6f);
    stroke.thick = 1.3f;
    stroke.dry_from = 0.75f;
    painting_.paint(stroke);
  }

  // Dabs that turn with the mass of leaves that they belong to; `low` leaves the sky glow clear.
  void foliage(int count, float width, float low) {
    for (int i = 0; i < count; ++i) {
      const Point p = dice_.inside({-0.03f, -0.03f, 1.53f, 0.74f});
      const Point r = p - kEnd;
      if (length({r.x, 0.8f * r.y}) < low * 0.5f + 0.05f * dice_.normal()) continue;
      const float angle = 5.5f * noise_(p * 3.3f) + std::atan2(r.y, r.x) + 0.35f * dice_.normal();
      dab(p, {std::cos(angle), std::sin(angle)}, width * dice_.uniform(0.6f, 1.1f),
          width * dice_.uniform(1.0f, 2.0f));
    }
  }

  void limb(Point from, Point to, float width, float light) {
    const Point bend{0.06f * dice_.normal() * length(to - from), 0};
    std::vector<Point> path;
    for (int i = 0; i <= 6; ++i) {
      const float t = static_cast<float>(i) / 6;
      path.push_back(from + (to - from) * t + bend * (4 * t * (1 - t)));
    }
    for (const float side : {-0.25f, 0.25f, 0.0f}) {
      Stroke stroke{path};
      for (Point& p : stroke.path) p.x += side * width;
      stroke.width = width * 0.72f;
      const bool lit = (side > 0) == (from.x < kEnd.x);
      stroke.paint = mix({0.14f, 0.07f, 0.14f}, {0.52f, 0.28f, 0.16f}, (lit ? 0.7f : 0.1f) * light);
      stroke.second =
          mix({0.22f, 0.16f, 0.34f}, {0.95f, 0.66f, 0.30f}, (lit ? 0.6f : 0.0f) * light);
      stroke.dry_from = 0.8f;
      painting_.paint(stroke);
    }
  }

  // Two rows of trees, the far ones first.
  void trunks() {
    for (int i = 0; i < 9; ++i) {
      const float near = std::pow(1.42f, static_cast<float>(i)) * 0.052f;
      for (const float side : {-1.0f, 1.0f}) {
        const float x = kEnd.x + side * near * (0.80f + 0.10f * dice_.normal());
        const float foot = kEnd.y + 0.42f * near + 0.02f, top = kEnd.y - 1.25f * near;
        const float width = 0.060f * near + 0.003f;
        const float lean = 0.10f * near * dice_.normal();
        limb({x, foot}, {x + lean, top}, width, 1);
        for (int k = 0; k < 4; ++k) {
          const float t = dice_.uniform(0.35f, 0.9f);
          const Point fork{x + lean * t, std::lerp(foot, top, t)};
          const float reach =
              near * dice_.uniform(0.25f, 0.5f) * (dice_.chance(0.65f) ? -side : side);
          limb(fork, fork + Point{reach, -near * dice_.uniform(0.2f, 0.5f)}, 0.4f * width, 0.8f);
        }
      }
    }
  }

  // The wet road gives back what is above it, in level strokes.
  void ground() {
    for (int i = 0; i < 3800; ++i) {
      const float t = std::sqrt(static_cast<float>(i) / 3800);
      const float y = std::lerp(0.525f, 1.03f, t) + dice_.normal(0, 0.006f);
      const float x = dice_.uniform(-0.05f, 1.55f);
      const float off = (x - kEnd.x) / (0.03f + 1.15f * (y - kEnd.y));  // -1..1 on the road
      const bool road = std::abs(off) < 1 + 0.1f * dice_.normal();
      if (y - kEnd.y < 0.10f * std::abs(x - kEnd.x) + 0.02f) continue;
      const Point above{x + 0.03f * dice_.normal(), kEnd.y - 1.0f * (y - kEnd.y)};
      Stroke stroke;
      const float reach = (0.02f + 0.10f * t) * dice_.uniform(0.5f, 1.1f);
      for (int k = 0; k < 4; ++k) {
        const float s = static_cast<float>(k) / 3;
        stroke.path.push_back(
            {x + reach * (s - 0.5f), y + 0.006f * t * std::sin(s * 4 + x * 9) +
                                         (road ? 0 : 0.12f * reach * (s - 0.5f) * off)});
      }
      stroke.width = 0.008f + 0.019f * t * dice_.uniform(0.6f, 1.2f);
      const Colour mirrored = light_at(above, 0.10f * dice_.normal());
      const Colour wet =
          along(kShade, clamp01(0.25f + 0.35f * std::abs(off) + 0.25f * dice_.normal()));
      const float glow = std::exp(-2.5f * off * off);
      stroke.paint = road
                         ? mix(wet, mirrored, clamp01(0.30f + 0.65f * glow + 0.2f * dice_.normal()))
                         : leaf_colour({x, y});
      stroke.second = mix(stroke.paint, road ? mirrored : leaf_colour({x, y}), 0.6f);
      stroke.thick = 1.1f;
      painting_.paint(stroke);
    }
  }

  void fallen_leaves() {
    for (int i = 0; i < 900; ++i) {
      const float t = std::sqrt(dice_.uniform());
      const Point p{dice_.uniform(0, 1.5f), std::lerp(0.56f, 1.0f, t)};
      if (p.y - kEnd.y < 0.12f * std::abs(p.x - kEnd.x) + 0.03f) continue;
      Stroke leaf{{p, p + Point{0.010f * t, dice_.normal(0, 0.003f)}}};
      leaf.width = 0.004f + 0.010f * t;
      leaf.paint = along(kFire, dice_.uniform(0.1f, 0.75f));
      leaf.second = leaf.paint * 1.15f;
      leaf.thick = 1.5f;
      painting_.paint(leaf);
    }
  }

  Painting painting_;
  Noise noise_;
  Dice dice_;
};

}  // namespace

Canvas paint_autumn() {
  return Avenue().paint();
}

}  // namespace impasto::samples
