#include "tools/samples/brush.h"

#include <cmath>

namespace impasto::samples {
namespace {

constexpr float kBristle = 0.0032f;  // width of one

Box around(Point a, Point b, float margin) {
  return {std::min(a.x, b.x) - margin, std::min(a.y, b.y) - margin, std::max(a.x, b.x) + margin,
          std::max(a.y, b.y) + margin};
}

Box bounds(const Stroke& stroke) {
  Box box = around(stroke.path.front(), stroke.path.front(), 0);
  for (Point p : stroke.path) {
    box = {std::min(box.left, p.x), std::min(box.top, p.y), std::max(box.right, p.x),
           std::max(box.bottom, p.y)};
  }
  const float half = stroke.width / 2;
  return {box.left - half, box.top - half, box.right + half, box.bottom + half};
}

}  // namespace

Painting::Painting(int width, int height, std::uint64_t seed)
    : canvas_(width, height),
      noise_(seed),
      relief_(static_cast<std::size_t>(width * height)),
      nearest_(relief_.size()) {}

float Painting::measure(const Stroke& stroke) {
  const float half = stroke.width / 2;
  float before = 0;
  for (std::size_t i = 1; i < stroke.path.size(); ++i) {
    const Point a = stroke.path[i - 1], b = stroke.path[i], d = b - a;
    const float piece = std::max(length(d), 1e-6f);
    const Canvas::Pixels near = canvas_.pixels_of(around(a, b, half));
    for (int y = near.top; y < near.bottom; ++y) {
      for (int x = near.left; x < near.right; ++x) {
        const Point r = canvas_.centre(x, y) - a;
        const float t = clamp01(dot(r, d) / (piece * piece));
        const float distance = length(r - d * t) / half;
        Nearest& nearest = nearest_[canvas_.index(x, y)];
        if (distance >= std::abs(nearest.across)) continue;
        nearest = {d.x * r.y - d.y * r.x < 0 ? -distance : distance, before + t * piece};
      }
    }
    before += piece;
  }
  return before;
}

void Painting::paint(const Stroke& stroke) {
  const Canvas::Pixels box = canvas_.pixels_of(bounds(stroke));
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) nearest_[canvas_.index(x, y)] = {1, 0};
  }
  const float total = measure(stroke);
  hairs_ += 7.77f;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      const std::size_t pixel = canvas_.index(x, y);
      if (std::abs(nearest_[pixel].across) < 1) lay(stroke, total, nearest_[pixel], pixel);
    }
  }
}

void Painting::lay(const Stroke& stroke, float total, Nearest nearest, std::size_t pixel) {
  const float side = std::abs(nearest.across);
  const float hair = nearest.across * stroke.width / (2 * kBristle);
  const float bristle = 1.4f * noise_({hair + hairs_, nearest.along * 14 + hairs_});
  const float streak = noise_({hair * 0.45f - hairs_, nearest.along * 5});

  const float ragged = 0.3f * noise_({nearest.along * 60, hairs_ + (nearest.across < 0 ? 9 : 0)});
  const float edge = smoothstep(1, 0.78f, side + ragged);
  const float past = nearest.along / total - stroke.dry_from;
  const float dry = std::max(0.0f, past / 0.45f);
  const float cover = edge * smoothstep(2 * dry - 1.2f, 2 * dry - 0.7f, bristle);

  const Colour mixed = mix(stroke.paint, stroke.second, smoothstep(-0.25f, 0.45f, streak));
  Colour& colour = canvas_.at(pixel);
  colour = mix(colour, mixed * (1 + 0.22f * bristle), cover);
  const float rim = smoothstep(0.45f, 0.85f, side);
  const float height = stroke.thick * (0.6f + 0.55f * bristle + 0.5f * rim);
  relief_[pixel] = std::lerp(relief_[pixel], 0.35f * relief_[pixel] + height, cover);
}

void Painting::light(float strength) {
  const int w = canvas_.width(), h = canvas_.height();
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const auto relief = [&](int px, int py) {
        return relief_[canvas_.index(std::clamp(px, 0, w - 1), std::clamp(py, 0, h - 1))];
      };
      const float slope =
          relief(x + 1, y) - relief(x - 1, y) + 1.2f * (relief(x, y + 1) - relief(x, y - 1));
      const float lit = std::clamp(strength * slope, -0.45f, 0.6f);
      Colour& colour = canvas_.at(x, y);
      const float shine = std::max(0.0f, lit - 0.15f);
      colour = colour * (1 + lit) + Colour{1, 1, 0.95f} * (0.5f * shine * shine);
    }
  }
}

}  // namespace impasto::samples
