// G g G^T of every filter: g's polynomial at the points, over the product of the differences to the
// other points, so that the input and output transforms need no division.
#include <algorithm>
#include <array>

#include "ops/conv2d/winograd.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kLanes = 64;  // output channels of a block, at most

using Lanes = std::array<double, kLanes>;

// Points 0, a, -a, b, -b, infinity of one row or column of three taps.
void filter_1d(const Lanes& g0, const Lanes& g1, const Lanes& g2, Lanes* out) {
  constexpr double a = kPointA, b = kPointB, a2 = a * a, b2 = b * b;
  constexpr double scale_0 = 1 / (a2 * b2);
  constexpr double scale_a = 1 / (2 * a2 * (a2 - b2)), scale_b = 1 / (2 * b2 * (b2 - a2));
  for (std::size_t l = 0; l < kLanes; ++l) {
    const double even_a = g0[l] + a2 * g2[l], even_b = g0[l] + b2 * g2[l];
    out[0][l] = scale_0 * g0[l];
    out[1][l] = scale_a * (even_a + a * g1[l]);
    out[2][l] = scale_a * (even_a - a * g1[l]);
    out[3][l] = scale_b * (even_b + b * g1[l]);
    out[4][l] = scale_b * (even_b - b * g1[l]);
    out[5][l] = g2[l];
  }
}

// One input channel of a block: 36 points of `width` output channels, `point_step` apart.
void transform_channel(const FilterView& view, std::int64_t o, std::int64_t c, std::int64_t width,
                       float* to, std::int64_t point_step) {
  const std::int64_t channels = std::min(width, view.oc - o);
  Lanes taps[3][3] = {};
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      const float* from = view.first + i * view.i_step + j * view.j_step + c * view.c_step;
      for (std::int64_t l = 0; l < channels; ++l) {
        taps[i][j][static_cast<std::size_t>(l)] = double{from[(o + l) * view.o_step]};
      }
    }
  }
  Lanes columns[3][6];  // [column][point down it]
  for (int j = 0; j < 3; ++j) filter_1d(taps[0][j], taps[1][j], taps[2][j], columns[j]);
  for (int i = 0; i < 6; ++i) {
    Lanes points[6];
    filter_1d(columns[0][i], columns[1][i], columns[2][i], points);
    for (int j = 0; j < 6; ++j) {
      float* row = to + (i * 6 + j) * point_step;
      for (std::int64_t l = 0; l < width; ++l) {
        row[l] = static_cast<float>(points[j][static_cast<std::size_t>(l)]);
      }
    }
  }
}

}  // namespace

std::int64_t transformed_count(const WinogradIsa& isa, const FilterView& view) {
  const std::int64_t channels = ceil_div(view.oc, isa.lanes) * isa.lanes;
  return checked_mul(channels, checked_mul(kWinogradPoints, view.ic));
}

void transform_filter(ThreadPool& threads, const WinogradIsa& isa, const FilterView& view,
                      float* transformed) {
  const std::int64_t block = block_channels(isa), blocks = ceil_div(view.oc, block);
  parallel_for(threads, blocks * view.ic, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / view.ic * block, c = task % view.ic;
      const std::int64_t width = ceil_div(std::min(block, view.oc - o), isa.lanes) * isa.lanes;
      float* to = transformed + o * kWinogradPoints * view.ic + c * width;
      transform_channel(view, o, c, width, to, view.ic * width);
    }
  });
}

}  // namespace impasto::conv2d_kernels
