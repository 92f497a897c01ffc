#include "ops/resize/resize.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

namespace impasto {
namespace {

constexpr ResizeMode kModes[] = {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                                 ResizeMode::bicubic, ResizeMode::lanczos};

// One axis as a dense matrix, [out][in].
std::vector<std::vector<double>> dense(std::int64_t in, std::int64_t out, ResizeMode mode) {
  const AxisWeights axis = resize_weights(in, out, mode);
  std::vector<std::vector<double>> matrix;
  for (std::size_t i = 0; i < static_cast<std::size_t>(out); ++i) {
    std::vector<double> row(static_cast<std::size_t>(in), 0);
    for (std::int64_t k = axis.offset[i]; k < axis.offset[i + 1]; ++k) {
      const std::int64_t j = axis.first[i] + k - axis.offset[i];
      row.at(static_cast<std::size_t>(j)) = axis.weights.at(static_cast<std::size_t>(k));
    }
    matrix.push_back(row);
  }
  return matrix;
}

void check_row(std::int64_t in, std::int64_t out, ResizeMode mode, std::int64_t i,
               const std::vector<double>& want) {
  CAPTURE(to_string(mode));
  CAPTURE(i);
  const std::vector<double> got = dense(in, out, mode).at(static_cast<std::size_t>(i));
  REQUIRE(got.size() == want.size());
  for (std::size_t j = 0; j < want.size(); ++j) CHECK(std::abs(got[j] - want[j]) <= 1e-15);
}

TEST_CASE("resize weights are what the definitions say") {
  check_row(3, 6, ResizeMode::nearest, 3, {0, 1, 0});
  check_row(5, 2, ResizeMode::nearest, 0, {0, 1, 0, 0, 0});
  check_row(5, 2, ResizeMode::nearest, 1, {0, 0, 0, 1, 0});
  check_row(3, 6, ResizeMode::bilinear, 0, {1, 0, 0});
  check_row(3, 6, ResizeMode::bilinear, 1, {0.75, 0.25, 0});
  check_row(3, 6, ResizeMode::bilinear, 5, {0, 0, 1});
  check_row(4, 2, ResizeMode::bilinear, 0, {0.5, 0.5, 0, 0});  // not antialiased
  check_row(5, 2, ResizeMode::area, 0, {0.4, 0.4, 0.2, 0, 0});
  check_row(5, 2, ResizeMode::area, 1, {0, 0, 0.2, 0.4, 0.4});
  check_row(2, 3, ResizeMode::area, 1, {0.5, 0.5});
  // Keys at distances of 1.75, 0.75, 0.25 and 1.25 pixels.
  check_row(8, 16, ResizeMode::bicubic, 6,
            {0, -0.0234375, 0.2265625, 0.8671875, -0.0703125, 0, 0, 0});
  // Shrunk three times: Keys at multiples of 1 / 3, times 1 / 3.
  check_row(15, 5, ResizeMode::bicubic, 2,
            {0, 0, -1. / 81, -2. / 81, 0, 1. / 9, 7. / 27, 1. / 3, 7. / 27, 1. / 9, 0, -2. / 81,
             -1. / 81, 0, 0});
  check_row(3, 3, ResizeMode::bicubic, 1, {0, 1, 0});
  check_row(3, 3, ResizeMode::lanczos, 1, {0, 1, 0});
}

TEST_CASE("every row of every resize matrix sums to one") {
  for (ResizeMode mode : kModes) {
    for (std::int64_t in : {1, 2, 3, 7, 64, 1000}) {
      for (std::int64_t out : {1, 2, 3, 5, 64, 333}) {
        CAPTURE(to_string(mode));
        CAPTURE(in);
        CAPTURE(out);
        double worst = 0;
        for (const auto& row : dense(in, out, mode)) {
          worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), -1.0)));
        }
        CHECK(worst <= 1e-13);
      }
    }
  }
}

TEST_CASE("resize refuses what breaks its contract") {
  Context context;
  const Tensor src = Tensor::zeros({1, 4, 4, 3});
  CHECK_THROWS_AS(resize(context, Tensor::zeros({4, 4, 3}), 2, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, Tensor::zeros({1, 0, 4, 3}), 2, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, src, 0, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, src, 2, -1, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {2, 4, 4, 3}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {1, 4, 4, 1}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {4, 4, 3}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_weights(std::int64_t{1} << 40, std::int64_t{1} << 40, ResizeMode::nearest),
                  Error);
}

}  // namespace
}  // namespace impasto
