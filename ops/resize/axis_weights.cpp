// The matrix of each mode along one axis, in double.
//
// Nearest and area are decided in integers, so that no pixel falls on the wrong side of a border.
// The windowed filters follow Pillow: sampled at pixel centres, widened by the factor of shrinking,
// cut at the border and normalised. Keys, "Cubic convolution interpolation for digital image
// processing", 1981, with a = -0.5; Duchon, "Lanczos filtering in one and two dimensions", 1979.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/resize/resize_kernels.h"
#include "tensor/checked.h"

namespace impasto {
namespace {

using Row = std::vector<double>;

void append(AxisWeights& axis, std::int64_t first, const Row& row) {
  axis.first.push_back(first);
  axis.weights.insert(axis.weights.end(), row.begin(), row.end());
  axis.offset.push_back(static_cast<std::int64_t>(axis.weights.size()));
}

void append_nearest(AxisWeights& axis, std::int64_t in, std::int64_t out, std::int64_t i) {
  append(axis, (2 * i + 1) * in / (2 * out), {1});
}

void append_bilinear(AxisWeights& axis, std::int64_t in, std::int64_t out, std::int64_t i) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double position = std::max(0.0, (static_cast<double>(i) + 0.5) * scale - 0.5);
  const std::int64_t first = std::min(static_cast<std::int64_t>(position), in - 1);
  const double fraction = position - static_cast<double>(first);
  if (fraction == 0 || first == in - 1) return append(axis, first, {1});
  append(axis, first, {1 - fraction, fraction});
}

// In units of 1 / out, output i covers [i * in, (i + 1) * in) and input j [j * out, (j + 1) * out).
void append_area(AxisWeights& axis, std::int64_t in, std::int64_t out, std::int64_t i) {
  const std::int64_t begin = i * in, end = begin + in;
  const std::int64_t first = begin / out;
  Row row;
  for (std::int64_t j = first; j * out < end; ++j) {
    const std::int64_t overlap = std::min(end, (j + 1) * out) - std::max(begin, j * out);
    row.push_back(static_cast<double>(overlap) / static_cast<double>(in));
  }
  append(axis, first, row);
}

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double sinc(double x) {
  if (x == 0) return 1;
  return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double lanczos3(double x) {
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

struct Filter {
  double (*value)(double);
  double radius;
};

void append_filtered(AxisWeights& axis, std::int64_t in, std::int64_t out, std::int64_t i,
                     const Filter& filter) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double widening = std::max(1.0, scale);
  const double centre = (static_cast<double>(i) + 0.5) * scale;
  const double radius = filter.radius * widening;
  const auto first = static_cast<std::int64_t>(std::max(0.0, centre - radius + 0.5));
  const auto last = std::min(in, static_cast<std::int64_t>(centre + radius + 0.5));
  Row row;
  double sum = 0;
  for (std::int64_t j = first; j < last; ++j) {
    row.push_back(filter.value((static_cast<double>(j) + 0.5 - centre) / widening));
    sum += row.back();
  }
  for (double& weight : row) weight /= sum;
  append(axis, first, row);
}

void append_row(AxisWeights& axis, std::int64_t in, std::int64_t out, std::int64_t i,
                ResizeMode mode) {
  switch (mode) {
    case ResizeMode::nearest:
      return append_nearest(axis, in, out, i);
    case ResizeMode::bilinear:
      return append_bilinear(axis, in, out, i);
    case ResizeMode::area:
      return append_area(axis, in, out, i);
    case ResizeMode::bicubic:
      return append_filtered(axis, in, out, i, {cubic, 2});
    case ResizeMode::lanczos:
      return append_filtered(axis, in, out, i, {lanczos3, 3});
  }
  throw Error("resize: unknown mode");
}

}  // namespace

AxisWeights resize_weights(std::int64_t in, std::int64_t out, ResizeMode mode) {
  IMPASTO_CHECK(in > 0 && out > 0, "resize: {} to {} elements", in, out);
  checked_mul(checked_add(checked_mul(2, out), 1), in);  // the largest product below
  AxisWeights axis;
  axis.offset.push_back(0);
  for (std::int64_t i = 0; i < out; ++i) append_row(axis, in, out, i, mode);
  return axis;
}

namespace resize_kernels {

AxisWeights transposed(const AxisWeights& weights, std::int64_t in) {
  // First and last taps never move back from one output to the next, so the outputs that read
  // input j follow one another: from the first whose last tap reaches j, while taps begin by j.
  const auto out = static_cast<std::int64_t>(weights.first.size());
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  const auto end_of = [&](std::int64_t i) {
    return weights.first[at(i)] + weights.offset[at(i + 1)] - weights.offset[at(i)];
  };
  AxisWeights result;
  result.offset.push_back(0);
  std::int64_t first = 0;
  for (std::int64_t j = 0; j < in; ++j) {
    while (first < out && end_of(first) <= j) ++first;
    Row row;
    for (std::int64_t i = first; i < out && weights.first[at(i)] <= j; ++i) {
      row.push_back(weights.weights[at(weights.offset[at(i)] + j - weights.first[at(i)])]);
    }
    append(result, first, row);
  }
  return result;
}

std::int64_t taps(const AxisWeights& weights) {
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < weights.first.size(); ++i) {
    longest = std::max(longest, weights.offset[i + 1] - weights.offset[i]);
  }
  return longest;
}

}  // namespace resize_kernels
}  // namespace impasto
