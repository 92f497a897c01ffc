#include "tools/verify/conv2d_problems.h"

#include <cmath>
#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto::verify {
namespace {

constexpr PadMode kModes[] = {PadMode::zero, PadMode::reflect, PadMode::replicate};

struct Size {
  std::int64_t n, h, w;
};
constexpr Size kSizes[] = {
    {1, 1, 1},  {1, 1, 5},  {2, 3, 6},  {1, 2, 7},  {1, 5, 8},  {1, 3, 9},  {2, 2, 10}, {1, 4, 11},
    {1, 3, 12}, {1, 7, 13}, {1, 2, 17}, {1, 3, 18}, {2, 5, 19}, {1, 2, 25}, {1, 9, 3},  {1, 13, 2},
};

struct Channels {
  std::int64_t in, out;
};
constexpr Channels kChannels[] = {{3, 64}, {64, 3},  {1, 1},   {16, 16}, {5, 7},   {8, 65},
                                  {2, 8},  {17, 31}, {33, 63}, {7, 129}, {64, 48}, {31, 20}};

// A problem whose reflection does not fit is left out.
bool valid(const Conv2dProblem& p) {
  const std::int64_t pad = p.params.pad;
  if (p.kh > p.h + 2 * pad || p.kw > p.w + 2 * pad) return false;
  return p.params.pad_mode != PadMode::reflect || (pad < p.h && pad < p.w);
}

}  // namespace

std::vector<Conv2dProblem> conv2d_problems() {
  std::vector<Conv2dProblem> problems;
  const auto add = [&](const Conv2dProblem& p) {
    if (valid(p)) problems.push_back(p);
  };
  std::size_t next = 0;  // sizes and channels take turns: 16 and 12 meet in 48 ways
  for (const Size& size : kSizes) {
    for (PadMode mode : kModes) {
      const Channels c = kChannels[next++ % std::size(kChannels)];
      add({size.n, size.h, size.w, c.in, c.out, 3, 3, {.pad = 1, .pad_mode = mode}});
    }
    const Channels c = kChannels[next++ % std::size(kChannels)];
    add({size.n, size.h, size.w, c.in, c.out, 1, 1, {}});
  }
  for (PadMode mode : kModes) {
    add({1, 6, 7, 5, 17, 3, 3, {.pad = 2, .pad_mode = mode}});
    add({1, 6, 7, 5, 17, 3, 3, {.pad = 4, .pad_mode = mode}});
    add({1, 5, 8, 3, 9, 1, 1, {.pad = 1, .pad_mode = mode}});
    add({1, 9, 8, 3, 16, 5, 2, {.pad = 2, .pad_mode = mode}});
    add({2, 9, 14, 3, 32, 3, 3, {.stride = 2, .pad = 1, .pad_mode = mode}});
    add({1, 12, 11, 4, 5, 4, 3, {.stride = 3, .pad = 1, .pad_mode = mode}});
    add({1, 9, 7, 19, 6, 2, 1, {.stride = 3, .pad = 1, .pad_mode = mode}});
    add({1, 21, 99, 3, 20, 3, 3, {.pad = 1, .pad_mode = mode}});  // bands and pieces of rows
    add({1, 40, 103, 6, 12, 3, 3, {.stride = 2, .pad = 1, .pad_mode = mode}});
    add({1, 3, 200, 2, 5, 2, 4, {.pad = 1, .pad_mode = mode}});
    add({2, 45, 38, 16, 24, 3, 3, {.pad = 1, .pad_mode = mode}});  // many Winograd tiles
    add({1, 46, 45, 20, 40, 3, 3, {.pad = 2, .pad_mode = mode}});
    // Few tiles, cut short at the borders: of 6 x 6, two or four of their rows and columns are
    // left.
    add({4, 8, 10, 33, 63, 3, 3, {.pad = 1, .pad_mode = mode}});
    add({3, 16, 12, 16, 70, 3, 3, {.pad = 1, .pad_mode = mode}});
    add({2, 17, 14, 20, 24, 3, 3, {.pad = 1, .pad_mode = mode}});
  }
  add({1, 8, 31, 6, 70, 3, 3, {}});
  add({1, 64, 64, 3, 64, 3, 3, {.pad = 1}});  // VGG-19 conv1_1 of a small picture
  add({1, 3, 2, 200, 140, 3, 3, {.pad = 1}});
  add({1, 130, 121, 4, 20, 5, 1, {.pad = 2}});  // more tiles than a GPU has multiprocessors
  return problems;
}

double sum_tolerance(double length, const Tensor& a, const Tensor& b, double operand_eps) {
  const double eps = double{std::numeric_limits<float>::epsilon()} + 2 * operand_eps;
  return eps * length * test::max_abs(a) * test::max_abs(b);
}

Conv2dAdjoint::Conv2dAdjoint(Session& session, PadMode mode)
    : problem{2, 33, 47, 48, 80, 3, 3, {.pad = 1, .pad_mode = mode}} {
  problem.filter_cached = true;
  src = session.normal(src_shape(problem), DType::f32, 1);
  wei = session.normal(wei_shape(problem), DType::f32, 2);
  grad = session.normal(problem.dst_shape(), DType::f32, 3);
  const Tensor dst = conv2d_forward(session.context(), src, wei, {}, problem.params).dst;
  want = test::inner(dst, grad);
  // Rounding of dst, |dst| |grad| being the scale of the sum.
  tolerance = 1e-6 * std::sqrt(test::inner(dst, dst) * test::inner(grad, grad));
}

}  // namespace impasto::verify
