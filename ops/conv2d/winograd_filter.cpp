// G g G^T of every filter: g's polynomial at the points, over the product of the differences to the
// other points, so that the input and output transforms need no division.
#include <algorithm>
#include <array>
#include <vector>

#include "ops/conv2d/winograd.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kLanes = 64;  // output channels of a block, at most

using Lanes = std::array<double, kLanes>;

// Row of G for a point: its powers over its distances to the other finite points.
struct Row {
  double of[3];
};

std::vector<Row> transform_of(const WinogradForm& form) {
  std::vector<double> points{0};
  for (unsigned i = 0; i < form.outputs / 2; ++i) {
    points.insert(points.end(), {form.pairs[i], -form.pairs[i]});
  }
  std::vector<Row> rows;
  for (double point : points) {
    double distances = 1;
    for (double other : points) distances *= other == point ? 1 : point - other;
    rows.push_back({{1 / distances, point / distances, point * point / distances}});
  }
  rows.insert(rows.begin() + 1, {{0, 0, 1}});  // infinity
  return rows;
}

Lanes apply(const Row& row, const Lanes& g0, const Lanes& g1, const Lanes& g2) {
  Lanes sum;
  for (std::size_t l = 0; l < kLanes; ++l) {
    sum[l] = row.of[0] * g0[l] + row.of[1] * g1[l] + row.of[2] * g2[l];
  }
  return sum;
}

// One input channel, c, of a block of `width` output channels from o on.
struct Channel {
  std::int64_t o, c, width;
};

// All points of it, `point_step` apart.
void transform_channel(const std::vector<Row>& transform, const FilterView& view,
                       const Channel& channel, float* to, std::int64_t point_step) {
  const auto [o, c, width] = channel;
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
  for (const Row& down : transform) {
    Lanes columns[3];
    for (int j = 0; j < 3; ++j) columns[j] = apply(down, taps[0][j], taps[1][j], taps[2][j]);
    for (const Row& along : transform) {
      const Lanes point = apply(along, columns[0], columns[1], columns[2]);
      for (std::int64_t l = 0; l < width; ++l) {
        to[l] = static_cast<float>(point[static_cast<std::size_t>(l)]);
      }
      to += point_step;
    }
  }
}

}  // namespace

std::int64_t transformed_count(const WinogradForm& form, const FilterView& view) {
  const std::int64_t channels = ceil_div(view.oc, form.lanes) * form.lanes;
  return checked_mul(channels, checked_mul(point_count(form), view.ic));
}

void transform_filter(ThreadPool& threads, const WinogradForm& form, const FilterView& view,
                      float* transformed) {
  const std::int64_t block = block_channels(form), blocks = ceil_div(view.oc, block);
  const std::vector<Row> transform = transform_of(form);
  parallel_for(threads, blocks * view.ic, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / view.ic * block, c = task % view.ic;
      const std::int64_t width = ceil_div(std::min(block, view.oc - o), form.lanes) * form.lanes;
      float* to = transformed + o * point_count(form) * view.ic + c * width;
      transform_channel(transform, view, {o, c, width}, to, view.ic * width);
    }
  });
}

}  // namespace impasto::conv2d_kernels
