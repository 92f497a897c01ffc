#include "tools/train/batches.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "ops/resize/resize.h"

namespace impasto::train {
namespace {

// Where a square of the picture begins, and its side.
struct Window {
  std::int64_t y = 0, x = 0, side = 0;
};

Tensor cut(const Picture& picture, const Window& window, bool mirrored) {
  const std::int64_t width = picture.bytes.shape()[1];
  Tensor result = Tensor::empty({1, window.side, window.side, 3});
  const std::uint8_t* src = picture.bytes.data<std::uint8_t>();
  float* dst = result.data<float>();
  for (std::int64_t y = 0; y < window.side; ++y) {
    for (std::int64_t x = 0; x < window.side; ++x) {
      const std::int64_t from = mirrored ? window.side - 1 - x : x;
      const std::uint8_t* pixel = src + ((window.y + y) * width + window.x + from) * 3;
      for (int c = 0; c < 3; ++c) *dst++ = pixel[c];
    }
  }
  return result;
}

Tensor scaled(Context& host, const Tensor& square, std::int64_t crop) {
  const std::int64_t side = square.shape()[1];
  if (side == crop) return square;
  return resize(host, square, crop, crop, side > crop ? ResizeMode::area : ResizeMode::bicubic);
}

// value = clamp(gain_c (grey + saturation (value - grey)) + offset)
void change_colours(Tensor& picture, Draws& draws, double jitter) {
  const auto factor = [&] { return std::exp(draws.between(-jitter, jitter)); };
  const double saturation = factor(), contrast = factor();
  std::array<double, 3> gain{};
  for (double& one : gain) one = contrast * std::exp(draws.between(-jitter, jitter) / 2);
  const double offset = 128 * (1 - contrast) + 128 * draws.between(-jitter, jitter);
  const std::span<float> values = picture.values<float>();
  for (std::size_t i = 0; i < values.size(); i += 3) {
    const double grey = 0.299 * values[i] + 0.587 * values[i + 1] + 0.114 * values[i + 2];
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = gain[c] * (grey + saturation * (values[i + c] - grey)) + offset;
      values[i + c] = static_cast<float>(std::clamp(value, 0.0, 255.0));
    }
  }
}

// Uniform, of one value a square of 1, 2 or 4 pixels a side, smooth between coarse ones.
void add_noise(Context& host, Tensor& picture, Draws& draws, double most) {
  const bool noisy = draws.uniform() < 0.5;
  const double amplitude = most * draws.uniform();
  const std::int64_t grain = std::int64_t{1} << draws.below(3);
  if (!noisy || amplitude == 0) return;
  const std::int64_t h = picture.shape()[1], w = picture.shape()[2];
  Tensor noise = Tensor::empty({1, (h + grain - 1) / grain, (w + grain - 1) / grain, 3});
  for (float& value : noise.values<float>()) {
    value = static_cast<float>(draws.between(-amplitude, amplitude));
  }
  if (grain > 1) noise = resize(host, noise, h, w, ResizeMode::bicubic);
  const std::span<float> values = picture.values<float>();
  const std::span<const float> added = noise.values<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::clamp(values[i] + added[i], 0.0F, 255.0F);
  }
}

const Picture& pick(Draws& draws, const std::vector<Picture>& photographs,
                    const std::vector<Picture>& paintings, double painting_share) {
  const bool painting = draws.uniform() < painting_share && !paintings.empty();
  const std::vector<Picture>& from = painting || photographs.empty() ? paintings : photographs;
  return from[static_cast<std::size_t>(draws.below(std::ssize(from)))];
}

}  // namespace

Tensor random_crop(Context& host, const Picture& picture, Draws& draws,
                   const BatchSettings& settings) {
  const std::int64_t h = picture.bytes.shape()[0], w = picture.bytes.shape()[1];
  const double scale = std::exp(draws.between(std::log(settings.smallest_scale), 0));
  const auto wanted = static_cast<std::int64_t>(static_cast<double>(settings.crop) / scale);
  const std::int64_t side = std::min({wanted, h, w});
  const Window window{draws.below(h - side + 1), draws.below(w - side + 1), side};
  const bool mirrored = draws.uniform() < 0.5;
  Tensor result = scaled(host, cut(picture, window, mirrored), settings.crop);
  change_colours(result, draws, settings.jitter);
  add_noise(host, result, draws, settings.noise);
  return result;
}

Tensor middle_crop(Context& host, const Picture& picture, std::int64_t crop) {
  const std::int64_t h = picture.bytes.shape()[0], w = picture.bytes.shape()[1];
  const std::int64_t side = std::min(h, w);
  return scaled(host, cut(picture, {(h - side) / 2, (w - side) / 2, side}, false), crop);
}

Tensor random_batch(Context& host, const std::vector<Picture>& photographs,
                    const std::vector<Picture>& paintings, std::uint64_t seed, std::int64_t step,
                    const BatchSettings& settings) {
  std::vector<Tensor> crops;
  for (std::int64_t i = 0; i < settings.batch; ++i) {
    Draws draws(seed, static_cast<std::uint64_t>(step), static_cast<std::uint32_t>(i));
    const Picture& picture = pick(draws, photographs, paintings, settings.painting_share);
    crops.push_back(random_crop(host, picture, draws, settings));
  }
  return stack(crops);
}

Tensor stack(const std::vector<Tensor>& pictures) {
  const Shape& s = pictures.at(0).shape();
  Tensor result = Tensor::empty({std::ssize(pictures), s[1], s[2], s[3]}, pictures[0].dtype());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    IMPASTO_CHECK(pictures[i].shape() == s, "stack: {} beside {}", pictures[i].shape().to_string(),
                  s.to_string());
    const auto at = static_cast<std::int64_t>(i);
    std::memcpy(result.slice(at, at + 1).raw(), pictures[i].raw(), pictures[i].bytes());
  }
  return result;
}

}  // namespace impasto::train
