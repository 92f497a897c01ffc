#include "tools/verify/conv2d_masks.h"

#include <cmath>

#include "tensor/bits.h"
#include "tests/support/random_tensors.h"

namespace impasto::verify {
namespace {

struct Place {
  std::int64_t n, y, x, c;
};

template <class F>
void for_outputs(const Conv2dProblem& p, F f) {
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t y = 0; y < p.oh(); ++y) {
      for (std::int64_t x = 0; x < p.ow(); ++x) {
        for (std::int64_t c = 0; c < p.oc; ++c) f(Place{n, y, x, c});
      }
    }
  }
}

std::int64_t bit_of(const Conv2dProblem& p, const Place& at) {
  return ((at.n * p.oh() + at.y) * p.ow() + at.x) * mask_channels(p.oc) + at.c;
}

double sum_at(const Conv2dProblem& p, const Tensor& sums, const Place& at) {
  return double{sums.data<float>()[((at.n * p.oh() + at.y) * p.ow() + at.x) * p.oc + at.c]};
}

bool in_window(const Conv2dProblem& p, const Place& at) {
  return at.y / 2 < p.oh() / 2 && at.x / 2 < p.ow() / 2;
}

bool rounding_decides(const Conv2dProblem& p, const Tensor& sums, const Place& at,
                      double tolerance) {
  const double value = sum_at(p, sums, at);
  if (p.params.relu && std::abs(value) <= tolerance) return true;
  if (p.params.pool != PoolKind::max || !in_window(p, at)) return false;
  int near = 0;  // itself is one
  for (std::int64_t k = 0; k < 4; ++k) {
    const Place other{at.n, at.y / 2 * 2 + k / 2, at.x / 2 * 2 + k % 2, at.c};
    if (std::abs(sum_at(p, sums, other) - value) <= 2 * tolerance) ++near;
  }
  return near > 1;
}

}  // namespace

Tensor random_mask(const Conv2dProblem& p, std::uint64_t seed) {
  Tensor mask = Tensor::zeros(p.mask_shape(), DType::bits);
  const Tensor dice = test::random_tensor({p.n, p.oh(), p.ow(), p.oc}, DType::f32, seed);
  for_outputs(p, [&](const Place& at) {
    bool set = sum_at(p, dice, at) > 0;
    if (p.params.pool) set = set && in_window(p, at);
    if (p.params.pool == PoolKind::max && set) {
      const Place first{at.n, at.y / 2 * 2, at.x / 2 * 2, at.c};
      const double winner = std::abs(sum_at(p, dice, first)) * 4;
      set = static_cast<int>(winner) % 4 == static_cast<int>(at.y % 2 * 2 + at.x % 2);
    }
    set_bit(mask.data<std::uint64_t>(), bit_of(p, at), set);
  });
  return mask;
}

std::string wrong_mask(const Conv2dProblem& p, const Tensor& got, const Tensor& want,
                       const Tensor& sums, double tolerance) {
  if (got.shape() != p.mask_shape() || want.shape() != p.mask_shape()) return "wrong shape";
  std::string wrong;
  for_outputs(p, [&](const Place& at) {
    const std::int64_t bit = bit_of(p, at);
    const bool is = get_bit(got.data<std::uint64_t>(), bit);
    if (is == get_bit(want.data<std::uint64_t>(), bit) || !wrong.empty()) return;
    if (rounding_decides(p, sums, at, tolerance)) return;
    wrong = fmt::format("mask [{}, {}, {}, {}] is {}, the sum {}", at.n, at.y, at.x, at.c, is,
                        sum_at(p, sums, at));
  });
  return wrong;
}

}  // namespace impasto::verify
