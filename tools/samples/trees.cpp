#include "tools/samples/trees.h"

#include <cmath>

namespace impasto::samples {
namespace {

Box square(Point centre, float radius) {
  return {centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius};
}

}  // namespace

void draw_crown(Canvas& canvas, const Noise& noise, Point centre, float radius, Colour colour) {
  canvas.shade(square(centre, 1.25f * radius), [&](Point p, Colour& pixel) {
    const Point r = (p - centre) * (1 / radius);
    const float leaves = noise.fractal(p * (2.2f / radius) + centre * 50, 3);
    const float distance = length(r) + 0.30f * leaves;
    if (distance > 1) return;
    const float depth = std::sqrt(std::max(0.0f, 1 - distance * distance));
    const float facing = -0.45f * r.x - 0.62f * r.y + 0.45f * depth;
    const float light = 0.42f + 0.75f * clamp01(facing + 0.30f * leaves);
    const Colour warm = colour * Colour{1.12f, 1.05f, 0.80f};
    pixel = mix(pixel, mix(colour, warm, clamp01(facing)) * light, smoothstep(1, 0.9f, distance));
  });
}

void draw_leaf(Canvas& canvas, Point centre, float radius, float angle, Colour colour) {
  const Point axis{std::cos(angle), std::sin(angle)};
  canvas.shade(square(centre, radius), [&](Point p, Colour& pixel) {
    const Point r = p - centre;
    const float u = dot(r, axis), v = 2.2f * (axis.x * r.y - axis.y * r.x);
    if (u * u + v * v < radius * radius) pixel = mix(pixel, colour, 0.9f);
  });
}

void draw_branch(Canvas& canvas, const Noise& noise, Point from, Point to, float thickness) {
  const Point d = to - from;
  const float squared = std::max(dot(d, d), 1e-9f);
  const Box box{std::min(from.x, to.x) - thickness, std::min(from.y, to.y) - thickness,
                std::max(from.x, to.x) + thickness, std::max(from.y, to.y) + thickness};
  canvas.shade(box, [&](Point p, Colour& pixel) {
    const Point r = p - from;
    const float t = clamp01(dot(r, d) / squared);
    const float across = (d.x * r.y - d.y * r.x) / std::sqrt(squared);
    if (length(r - d * t) > thickness * (0.5f - 0.15f * t)) return;
    const float bark = noise.fractal({across * 190 + from.x * 9, dot(r, d) / squared * 9}, 3);
    const float light = 0.55f + 0.35f * bark - 0.4f * across / thickness * (d.y < 0 ? -1.0f : 1.0f);
    pixel = Colour{0.36f, 0.28f, 0.22f} * light;
  });
}

void draw_tree(Canvas& canvas, const Noise& noise, Dice& dice, const Tree& tree) {
  struct Bough {
    Point from, to;
    float thickness;
    int depth;
  };
  std::vector<Bough> boughs = {
      {tree.root, tree.root + tree.lean * (0.42f * tree.height), 0.045f * tree.height, 0}};
  std::vector<Point> tips;
  for (std::size_t i = 0; i < boughs.size(); ++i) {
    const Bough bough = boughs[i];
    draw_branch(canvas, noise, bough.from, bough.to, bough.thickness);
    if (bough.depth >= 3) tips.push_back(bough.to);
    if (bough.depth == 5) continue;
    const Point d = bough.to - bough.from;
    for (const float side : {-1.0f, 1.0f}) {
      const float angle = side * dice.uniform(0.30f, 0.75f) + 0.1f * dice.normal();
      const Point turned{d.x * std::cos(angle) - d.y * std::sin(angle),
                         d.x * std::sin(angle) + d.y * std::cos(angle)};
      boughs.push_back({bough.to, bough.to + turned * dice.uniform(0.55f, 0.78f),
                        bough.thickness * 0.66f, bough.depth + 1});
    }
  }
  // From the shaded inside to the lit outside.
  for (const float layer : {0.45f, 0.7f, 1.0f}) {
    for (const Point tip : tips) {
      for (int i = 0; i < 48; ++i) {
        const Point offset = Point{dice.normal(), dice.normal()} * (0.040f * tree.height);
        const float lit =
            0.75f - 6 * (offset.x + 1.3f * offset.y) / tree.height + 0.14f * dice.normal();
        const Colour colour =
            mix(tree.leaves, tree.leaves * Colour{1.4f, 1.2f, 0.7f}, dice.uniform());
        draw_leaf(canvas, tip + offset, dice.uniform(0.0035f, 0.0065f), dice.uniform(0, 3.14f),
                  colour * std::clamp(lit * layer, 0.18f, 1.25f));
      }
    }
  }
}

}  // namespace impasto::samples
