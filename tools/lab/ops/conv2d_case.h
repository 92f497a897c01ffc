// Operands for the three tables of conv2d: what their timing and their error table share, and the
// only place that knows what the kernels take.
#pragma once

#include <algorithm>
#include <istream>

#include "ops/conv2d/conv2d.h"
#include "tools/lab/direction.h"
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/operands.h"
#include "tools/lab/shapes.h"

namespace impasto::lab {

struct Conv2dCase {
  using Problem = Conv2dProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    read_sizes(words, p.n, p.h, p.w, p.ic, p.oc, p.kh, p.kw, p.params.stride);
    words >> p.params.pad;
    const std::int64_t around = 2 * p.params.pad;
    if (around < 0 || p.kh > p.h + around || p.kw > p.w + around) {
      words.setstate(std::ios::failbit);
    }
    p.params.relu = true;
    p.filter_cached = true;
    p.mixed = p.loose = true;  // so that every kernel serves
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

inline auto conv2d_forward_direction() {
  using C = Conv2dCase;
  return direction<C>(
      conv2d_forward_table,
      [](C& o) -> Conv2dForwardArgs {
        return {o.src, o.wei, o.bias, o.dst, o.wanted_mask(), &o.cache};
      },
      [](C& o) -> Operands {
        return {{&o.src, &o.wei, &o.bias}, {&o.dst, &o.mask}};
      },
      onednn::conv2d_forward());
}

inline auto conv2d_backward_data_direction() {
  using C = Conv2dCase;
  return direction<C>(
      conv2d_backward_data_table,
      [](C& o) -> Conv2dBackwardDataArgs {
        return {o.dst, o.mask, o.wei, o.src, &o.cache};
      },
      [](C& o) -> Operands {
        return {{&o.dst, &o.mask, &o.wei}, {&o.src}};
      },
      onednn::conv2d_backward_data());
}

inline auto conv2d_backward_filter_direction() {
  using C = Conv2dCase;
  return direction<C>(
      conv2d_backward_filter_table,
      [](C& o) -> Conv2dBackwardFilterArgs {
        return {o.src, o.dst, o.wei};
      },
      [](C& o) -> Operands {
        return {{&o.src, &o.dst}, {&o.wei}};
      },
      onednn::conv2d_backward_filter());
}

}  // namespace impasto::lab
