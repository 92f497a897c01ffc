#include "ops/pad/pad.h"

#include <doctest/doctest.h>

#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

constexpr PadMode kModes[] = {PadMode::zero, PadMode::reflect, PadMode::replicate};

// The modes written out on a picture of one row.
TEST_CASE("pad shows what each mode is defined to show") {
  Context context;
  const Tensor src = Tensor::from<float>({1, 1, 3, 1}, {1, 2, 3});
  const std::vector<float> rows[] = {
      {0, 0, 1, 2, 3, 0, 0}, {3, 2, 1, 2, 3, 2, 1}, {1, 1, 1, 2, 3, 3, 3}};
  for (int mode = 0; mode < 3; ++mode) {
    const Tensor dst = pad(context, src, {.left = 2, .right = 2, .mode = kModes[mode]});
    CHECK(compare_exact(dst, Tensor::from<float>({1, 1, 7, 1}, rows[mode])).ok);
  }
  const Tensor column = pad(context, src, {.top = 1, .bottom = 1, .mode = PadMode::zero});
  CHECK(compare_exact(column, Tensor::from<float>({1, 3, 3, 1}, {0, 0, 0, 1, 2, 3, 0, 0, 0})).ok);
}

TEST_CASE("pad refuses what it cannot do") {
  Context context;
  const Tensor src = Tensor::zeros({1, 2, 3, 1});
  CHECK_THROWS_WITH_AS(pad(context, src, {.bottom = 2, .mode = PadMode::reflect}),
                       doctest::Contains("reflecting 2 pixels needs more than 2 along height"),
                       Error);
  CHECK_NOTHROW(pad(context, src, {.right = 2, .mode = PadMode::reflect}));
  CHECK_THROWS_AS(pad(context, src, {.left = -1}), Error);
  CHECK_THROWS_AS(pad(context, src, {.top = INT64_MAX, .bottom = 1}), Error);
  CHECK_THROWS_AS(pad(context, Tensor::zeros({2, 3}), {}), Error);
  CHECK_THROWS_AS(pad(context, Tensor::zeros({1, 0, 3, 1}), {.top = 1, .mode = PadMode::replicate}),
                  Error);
  CHECK_THROWS_WITH_AS(pad_backward(context, src, src.shape(), {.top = 1}),
                       doctest::Contains("expected [1, 3, 3, 1]"), Error);
  CHECK_THROWS_WITH_AS(parse_pad_mode("mirror"), doctest::Contains("zero, reflect or replicate"),
                       InputError);
  for (PadMode mode : kModes) CHECK(parse_pad_mode(to_string(mode)) == mode);
}

}  // namespace
}  // namespace impasto
