// The products of 16-bit integers that conv2d and gram build on: what becomes of rows, and sums.
#include "ops/gemm/product16.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/features.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

#if defined(__x86_64__)
using namespace test;
using namespace gemm_tile;

struct Integers {
  std::vector<std::int16_t> values;  // [rows, padded]
  std::vector<float> scales;
};

Integers quantized(const Tensor& rows, std::int64_t padded) {
  const std::int64_t count = rows.shape()[0], depth = rows.shape()[1];
  Integers result{std::vector<std::int16_t>(static_cast<std::size_t>(count * padded), 99),
                  std::vector<float>(static_cast<std::size_t>(count))};
  avx512vnni::quantize_rows({.src = rows.data<float>(),
                             .src_step = depth,
                             .rows = count,
                             .depth = depth,
                             .padded = padded,
                             .dst = result.values.data(),
                             .dst_step = padded,
                             .scale = result.scales.data()});
  return result;
}

bool has_vnni() {
  const bool has = host_features().has(Feature::avx512vnni);
  if (!has) MESSAGE("skipped: this processor has no avx512vnni");
  return has;
}

TEST_CASE("rows of any number and size become integers whose norm fits") {
  if (!has_vnni()) return;
  for (std::int64_t count : {1, 15, 16, 17, 64}) {
    for (std::int64_t depth : {1, 16, 31, 64, 200}) {
      const std::int64_t padded = (depth + 31) / 32 * 32;
      for (float size : {1e-30f, 1e-12f, 1.0f, 1e18f, 1e36f}) {
        CAPTURE(count);
        CAPTURE(depth);
        CAPTURE(size);
        Tensor rows = random_tensor({count, depth}, DType::f32, 1);
        for (float& value : rows.values<float>()) value *= size;
        const Integers got = quantized(rows, padded);
        bool near = true, fits = true;
        for (std::int64_t r = 0; r < count; ++r) {
          double squares = 0;
          const float scale = got.scales[static_cast<std::size_t>(r)];
          for (std::int64_t k = 0; k < padded; ++k) {
            const double value = got.values[static_cast<std::size_t>(r * padded + k)];
            const double want =
                k < depth ? double{rows.data<float>()[r * depth + k]} / double{scale} : 0;
            near = near && std::abs(want - value) < 0.51;
            squares += value * value;
          }
          fits = fits && std::sqrt(squares) < 32768 && std::sqrt(squares) > 32000;
        }
        CHECK(near);
        CHECK(fits);
      }
    }
  }
}

TEST_CASE("columns become integers in pairs, whose norm fits, and so do their values") {
  if (!has_vnni()) return;
  const std::int64_t step = 150, padded = 72;
  for (std::int64_t depth : {1, 2, 31, 70}) {
    for (unsigned vectors = 1; vectors <= 4; ++vectors) {
      for (float size : {1e-30f, 1e-12f, 1.0f, 1e18f, 1e36f}) {
        CAPTURE(depth);
        CAPTURE(vectors);
        CAPTURE(size);
        Tensor src = random_tensor({depth, 64}, DType::f32, 1);
        for (float& value : src.values<float>()) value *= size;
        src.data<float>()[0] = 100 * size;  // all but alone in its column
        std::vector<std::int16_t> values(static_cast<std::size_t>(padded / 2 * step), 99);
        std::vector<float> scales(64, 99);
        avx512vnni::quantize_columns({.src = src.data<float>(),
                                      .src_step = 64,
                                      .depth = depth,
                                      .padded = padded,
                                      .vectors = vectors,
                                      .norm = kNorm16,
                                      .dst = values.data(),
                                      .dst_step = step,
                                      .scale = scales.data()});
        bool near = true, fits = true;
        for (std::int64_t v = 0; v < 16 * vectors; ++v) {
          double squares = 0, largest = 0;
          for (std::int64_t k = 0; k < padded; ++k) {
            const double value = values[static_cast<std::size_t>(k / 2 * step + 2 * v + k % 2)];
            const double scale = double{scales[static_cast<std::size_t>(v)]};
            const double want = k < depth ? double{src.data<float>()[k * 64 + v]} / scale : 0;
            near = near && std::abs(want - value) < 0.51;
            squares += value * value;
            largest = std::max(largest, std::abs(value));
          }
          fits = fits && std::sqrt(squares) < 65536 &&
                 (std::sqrt(squares) > 65000 || largest == 32767);
        }
        CHECK(near);
        CHECK(fits);
        const std::size_t behind = 32 * std::size_t{vectors};
        CHECK(std::all_of(values.begin() + static_cast<std::ptrdiff_t>(behind),
                          values.begin() + step, [](std::int16_t value) { return value == 99; }));
      }
    }
  }
}

TEST_CASE("rows of zeros and rows that are not finite show by their scales") {
  if (!has_vnni()) return;
  Tensor rows = random_tensor({4, 40}, DType::f32, 2);
  std::fill_n(rows.data<float>() + 40, 40, 0.0f);
  rows.data<float>()[2 * 40 + 7] = std::numeric_limits<float>::quiet_NaN();
  rows.data<float>()[3 * 40 + 39] = -std::numeric_limits<float>::infinity();
  const Integers got = quantized(rows, 64);
  CHECK(got.scales[0] > 0);
  CHECK(got.scales[1] == 0);
  CHECK_FALSE(std::isfinite(got.scales[2]));
  CHECK_FALSE(std::isfinite(got.scales[3]));
}

TEST_CASE("columns of nothing, and those that are not finite, show by their scales") {
  if (!has_vnni()) return;
  constexpr float kBad = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  Tensor src = random_tensor({3, 16}, DType::f32, 4);
  const float columns[][3] = {
      {0, 0, 0}, {kBad, 0, 0}, {0, 0, kBad}, {1, kInfinite, 2}, {1e-34f, 0, 0}};
  for (std::int64_t v = 0; v < 5; ++v) {
    for (std::int64_t k = 0; k < 3; ++k) src.data<float>()[k * 16 + v] = columns[v][k];
  }
  std::vector<std::int16_t> values(4 * 16, 99);
  std::vector<float> scales(16, 99);
  avx512vnni::quantize_columns({.src = src.data<float>(),
                                .src_step = 16,
                                .depth = 3,
                                .padded = 4,
                                .vectors = 1,
                                .dst = values.data(),
                                .dst_step = 32,
                                .scale = scales.data()});
  CHECK(scales[0] == 0);
  for (std::size_t v : {1U, 2U, 3U}) CHECK_FALSE(std::isfinite(scales[v]));
  CHECK(scales[4] == 0);  // too small to be divided by
  CHECK(values[2 * 4] == 0);
  CHECK((scales[5] > 0 && std::isfinite(scales[5])));
}

TEST_CASE("a row too small to be divided by is nothing") {
  if (!has_vnni()) return;
  Tensor rows = random_tensor({1, 40}, DType::f32, 2);
  for (float& value : rows.values<float>()) value *= 1e-36f;
  const Integers got = quantized(rows, 64);
  CHECK(got.scales[0] == 0);
  CHECK(std::ranges::all_of(got.values, [](std::int16_t value) { return value == 0; }));
}

TEST_CASE("sums are exact, written or added, for any number of rows and vectors") {
  if (!has_vnni()) return;
  const std::int64_t depth = 96, dst_step = 80;
  for (std::int64_t rows : {1, 5, 6, 7, 31}) {
    for (unsigned vectors = 1; vectors <= 4; ++vectors) {
      const std::int64_t width = vectors * 16;
      const auto integer = [](std::int64_t i) {
        return static_cast<std::int16_t>((i * 7919) % 401 - 200);
      };
      std::vector<std::int16_t> src, wei;
      for (std::int64_t i = 0; i < rows * depth; ++i) src.push_back(integer(i));
      for (std::int64_t i = 0; i < depth * width; ++i) wei.push_back(integer(i + 5));
      std::vector<float> src_scale, wei_scale;
      for (std::int64_t i = 0; i < rows; ++i) src_scale.push_back(i % 2 == 0 ? 0.5f : 2.0f);
      for (std::int64_t i = 0; i < width; ++i) wei_scale.push_back(i % 3 == 0 ? 0.25f : 1.0f);
      const std::vector<float> before(static_cast<std::size_t>(rows * dst_step), 3.0f);
      for (bool add : {false, true}) {
        std::vector<float> dst = before;
        avx512vnni::multiply16({.src = src.data(),
                                .src_step = depth,
                                .wei = wei.data(),
                                .next_src = src.data(),
                                .next_wei = wei.data(),
                                .rows = rows,
                                .depth = depth,
                                .src_scale = src_scale.data(),
                                .wei_scale = wei_scale.data(),
                                .dst = dst.data(),
                                .dst_step = dst_step,
                                .vectors = vectors,
                                .add = add});
        bool right = true;
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t v = 0; v < dst_step; ++v) {
            double sum = add || v >= width ? 3 : 0;
            for (std::int64_t k = 0; k < depth && v < width; ++k) {
              sum += double{src_scale[static_cast<std::size_t>(r)]} *
                     double{wei_scale[static_cast<std::size_t>(v)]} *
                     src[static_cast<std::size_t>(r * depth + k)] *
                     wei[static_cast<std::size_t>((k / 2 * width + v) * 2 + k % 2)];
            }
            right = right && double{dst[static_cast<std::size_t>(r * dst_step + v)]} == sum;
          }
        }
        CAPTURE(rows);
        CAPTURE(vectors);
        CAPTURE(add);
        CHECK(right);
      }
    }
  }
}
#endif

}  // namespace
}  // namespace impasto
