// Operands for the three tables of conv2d: what their benchmark and their error table share, and
// the only place that knows what the kernels take.
#pragma once

#include <algorithm>
#include <istream>

#include "bench/support/direction.h"
#include "ops/conv2d/conv2d.h"

namespace impasto::bench {

struct Conv2dCase {
  using Problem = Conv2dProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    words >> p.n >> p.h >> p.w >> p.ic >> p.oc >> p.kh >> p.kw >> p.params.stride >> p.params.pad;
    p.params.relu = true;
    p.filter_cached = true;
    p.mixed = true;  // so that every kernel serves
    return p;
  }
  // A corner of the picture: tiles meet its borders, and the reference takes its time.
  static Problem small(Problem p) {
    p.h = std::min<std::int64_t>(p.h, 8);
    p.w = std::min<std::int64_t>(p.w, 14);
    return p;
  }

  explicit Conv2dCase(const Problem& p)
      : src(uniform({p.n, p.h, p.w, p.ic}, 1)),
        wei(uniform({p.oc, p.kh, p.kw, p.ic}, 2)),
        bias(uniform({p.oc}, 3)),
        dst(uniform(p.dst_shape(), 4)),
        mask(p.params.fused() ? bits(p.mask_shape(), 5) : Tensor()) {}

  Tensor* wanted_mask() { return mask.defined() ? &mask : nullptr; }

  Tensor src, wei, bias, dst, mask;
  FilterCache cache;
};

inline auto conv2d_forward_bench() {
  using C = Conv2dCase;
  return direction<C>(conv2d_forward_table,
                      [](C& o) -> Conv2dForwardArgs {
                        return {o.src, o.wei, o.bias, o.dst, o.wanted_mask(), &o.cache};
                      },
                      {&C::src, &C::wei, &C::bias}, {&C::dst, &C::mask});
}

inline auto conv2d_backward_data_bench() {
  using C = Conv2dCase;
  return direction<C>(conv2d_backward_data_table,
                      [](C& o) -> Conv2dBackwardDataArgs {
                        return {o.dst, o.mask, o.wei, o.src, &o.cache};
                      },
                      {&C::dst, &C::mask, &C::wei}, {&C::src});
}

inline auto conv2d_backward_filter_bench() {
  using C = Conv2dCase;
  return direction<C>(conv2d_backward_filter_table,
                      [](C& o) -> Conv2dBackwardFilterArgs {
                        return {o.src, o.dst, o.wei};
                      },
                      {&C::src, &C::dst}, {&C::wei});
}

}  // namespace impasto::bench
