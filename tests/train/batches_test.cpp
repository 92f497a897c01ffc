#include "tools/train/batches.h"

#include <set>

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

using train::Draws;
using train::Picture;

// Every pixel says where it is.
Picture map_of(std::int64_t h, std::int64_t w) {
  Tensor bytes = Tensor::empty({h, w, 3}, DType::u8);
  std::uint8_t* at = bytes.data<std::uint8_t>();
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      *at++ = static_cast<std::uint8_t>(y);
      *at++ = static_cast<std::uint8_t>(x);
      *at++ = 200;
    }
  }
  return {"map", bytes};
}

const std::vector<Picture> kPhotographs = {map_of(60, 90), map_of(90, 60), map_of(50, 50)};

TEST_CASE("draws are a function of seed, step and index, and uniform") {
  const auto first = [](std::uint64_t seed, std::uint64_t step, std::uint32_t index) {
    return Draws(seed, step, index).uniform();
  };
  const std::set<double> different = {first(1, 1, 1),          first(2, 1, 1),
                                      first(1, 2, 1),          first(1, 1, 2),
                                      first(1ull << 40, 1, 1), first(1, 1ull << 40, 1)};
  CHECK(different.size() == 6);
  CHECK(first(1, 1, 1) == first(1, 1, 1));
  Draws draws(3, 4, 5);
  double sum = 0;
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    sum += draws.uniform();
    seen.insert(draws.below(7));
  }
  CHECK(std::abs(sum / 1000 - 0.5) < 0.05);
  CHECK(seen == std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("a batch is a function of seed and step, and each of its crops is another") {
  Context host;
  const train::BatchSettings settings{.batch = 4, .crop = 32};
  const auto batch = [&](std::uint64_t seed, std::int64_t step) {
    return random_batch(host, kPhotographs, {}, seed, step, settings);
  };
  const Tensor one = batch(1, 1);
  CHECK(one.shape() == Shape{4, 32, 32, 3});
  CHECK(test::compare_exact(batch(1, 1), one).ok);
  CHECK_FALSE(test::compare_exact(batch(1, 2), one).ok);
  CHECK_FALSE(test::compare_exact(batch(2, 1), one).ok);
  for (std::int64_t i = 1; i < 4; ++i) {
    CHECK_FALSE(test::compare_exact(one.slice(i, i + 1), one.slice(0, 1)).ok);
  }
}

TEST_CASE("crops lie in the picture, are mirrored now and then, and come at several scales") {
  Context host;
  const train::BatchSettings settings{.crop = 24, .jitter = 0, .noise = 0};
  int mirrored = 0;
  double least = 1e9, most = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    Draws draws(1, 1, i);
    const Tensor crop = random_crop(host, kPhotographs[0], draws, settings);
    const float* at = crop.data<float>();
    const double down = at[23 * 24 * 3] - at[0], right = at[23 * 3 + 1] - at[1];
    CHECK(std::abs(std::abs(right) - down) < 1);  // square windows stay square
    CHECK(at[2] == doctest::Approx(200));
    mirrored += right < 0 ? 1 : 0;
    least = std::min(least, down);
    most = std::max(most, down);
  }
  CHECK(mirrored > 25);
  CHECK(mirrored < 75);
  CHECK(least < 26);  // 24 pixels for 24
  CHECK(most > 42);   // up to 48 for 24
}

TEST_CASE("a picture smaller than the crop is enlarged") {
  Context host;
  Draws draws(1, 1, 1);
  const Picture small = map_of(10, 12);
  CHECK(random_crop(host, small, draws, {.crop = 32}).shape() == Shape{1, 32, 32, 3});
  CHECK(middle_crop(host, small, 32).shape() == Shape{1, 32, 32, 3});
}

TEST_CASE("jitter changes colours and keeps them within 0..255") {
  Context host;
  Draws plain(1, 1, 1), coloured(1, 1, 1);
  const Tensor without =
      random_crop(host, kPhotographs[0], plain, {.crop = 24, .jitter = 0, .noise = 0});
  const Tensor with =
      random_crop(host, kPhotographs[0], coloured, {.crop = 24, .jitter = 0.3, .noise = 0});
  CHECK(test::relative_error(with, without) > 0.01);
  for (const float value : with.values<float>()) CHECK((value >= 0 && value <= 255));
}

// Of two neighbours' noise: how much they differ beside how large they are.
double roughness(const Tensor& noise) {
  const std::span<const float> values = noise.values<float>();
  double steps = 0, sizes = 0;
  for (std::size_t i = 3; i < values.size(); ++i) {
    steps += std::abs(values[i] - values[i - 3]);
    sizes += std::abs(values[i]);
  }
  return steps / sizes;
}

TEST_CASE("half of the crops are noisy, finely or coarsely, and stay within 0..255") {
  Context host;
  const Picture grey = {"grey", Tensor::full({40, 40, 3}, 128, DType::u8)};
  const train::BatchSettings settings{.crop = 24, .jitter = 0, .noise = 20};
  int noisy = 0, fine = 0, coarse = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    Draws draws(1, 2, i);
    Tensor noise = random_crop(host, grey, draws, settings);
    float largest = 0;
    for (float& value : noise.values<float>()) largest = std::max(largest, std::abs(value -= 128));
    CHECK(largest < 30);  // bicubic interpolation may swing a little beyond
    if (largest < 1e-3) continue;
    ++noisy;
    (roughness(noise) > 1 ? fine : coarse)++;
  }
  CHECK(std::abs(noisy - 50) < 15);
  CHECK(fine > 5);
  CHECK(coarse > 15);
  Draws draws(1, 2, 0);
  const Picture white = {"white", Tensor::full({40, 40, 3}, 255, DType::u8)};
  const Tensor most = random_crop(host, white, draws, {.crop = 24, .jitter = 0, .noise = 255});
  for (const float value : most.values<float>()) CHECK((value >= 0 && value <= 255));
}

TEST_CASE("paintings have their share") {
  Context host;
  const std::vector<Picture> paintings = {{"white", Tensor::full({40, 40, 3}, 255, DType::u8)}};
  const train::BatchSettings settings{
      .batch = 1, .crop = 16, .jitter = 0, .noise = 0, .painting_share = 0.25};
  int found = 0;
  for (std::int64_t step = 0; step < 200; ++step) {
    const Tensor batch = random_batch(host, kPhotographs, paintings, 1, step, settings);
    found += batch.data<float>()[2] == 255 ? 1 : 0;
  }
  CHECK(found > 30);
  CHECK(found < 70);
}

}  // namespace
}  // namespace impasto
