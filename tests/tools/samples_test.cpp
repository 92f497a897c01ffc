// The pictures in tools/samples are what the program beside them draws.
#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>

#include "tests/style/picture_files.h"
#include "tools/samples/noise.h"
#include "tools/samples/pictures.h"

namespace impasto {
namespace {

// Rounding differs between compilers and may move the edge of a stroke, here and there.
TEST_CASE("the committed samples are what the program draws") {
  Context context;
  const test::Folder folder;
  for (const samples::Sample& sample : samples::kSamples) {
    const std::string name(sample.name);
    CAPTURE(name);
    save_image(folder / name, sample.draw().to_image(context, samples::kSampleSize),
               samples::kSampleQuality);
    const Image drawn = load_image(folder / name);
    const Image committed =
        load_image(std::filesystem::path(IMPASTO_SOURCE_DIR) / "tools" / "samples" / name);
    REQUIRE(drawn.rgb.shape() == committed.rgb.shape());
    double difference = 0;
    std::int64_t far = 0;
    for (std::int64_t i = 0; i < drawn.rgb.numel(); ++i) {
      const double d =
          std::abs(double{drawn.rgb.data<float>()[i]} - double{committed.rgb.data<float>()[i]});
      difference += d;
      far += d > 16;
    }
    CHECK(difference < 0.5 * static_cast<double>(drawn.rgb.numel()));
    CHECK(far < drawn.rgb.numel() / 200);
  }
}

TEST_CASE("dice and noise are pure functions of their seeds") {
  samples::Dice a(5), b(5), c(6);
  const float first = a.uniform();
  CHECK(first == b.uniform());
  CHECK(first != c.uniform());
  const samples::Noise noise(7);
  CHECK(noise({1.3f, 2.7f}) == samples::Noise(7)({1.3f, 2.7f}));
  CHECK(noise({3, 4}) == 0);  // gradient noise vanishes on its lattice
}

}  // namespace
}  // namespace impasto
