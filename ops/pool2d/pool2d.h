// 2x2 pooling with stride 2; odd rows and columns at the end are dropped (floor), as VGG does.
//
// src [n, h, w, c], h and w at least 2 -> dst [n, h / 2, w / 2, c]. The maximum's backward pass
// needs two bits an element: which of the four won, 2 * row + column. The first of equals wins; NaN
// wins over numbers. f32 and f64.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class PoolKind : std::uint8_t { max, average };

std::string_view to_string(PoolKind kind);
PoolKind parse_pool_kind(std::string_view text);  // throws InputError

struct Pool2dProblem {
  std::int64_t n = 1, h = 0, w = 0, c = 0;  // of src
  PoolKind kind = PoolKind::max;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct Pool2dForward {
  Tensor dst;
  Tensor codes;  // [n, h / 2, w / 2, c, 2] bits, low bit first; undefined for average or unless
                 // asked for
};
Pool2dForward pool2d_forward(Context& context, const Tensor& src, PoolKind kind, bool want_codes);

// codes is undefined for the average. Dropped rows and columns get zero.
Tensor pool2d_backward(Context& context, const Tensor& grad_dst, const Tensor& codes,
                       const Shape& src_shape, PoolKind kind);

struct Pool2dForwardArgs {
  const Tensor& src;
  Tensor& dst;
  Tensor* codes;  // nullptr when not wanted
};
struct Pool2dBackwardArgs {
  const Tensor& grad_dst;
  const Tensor& codes;  // undefined for the average
  Tensor& grad_src;
};
KernelTable<Pool2dProblem, Pool2dForwardArgs> pool2d_forward_table();    // pool2d.fwd
KernelTable<Pool2dProblem, Pool2dBackwardArgs> pool2d_backward_table();  // pool2d.bwd

}  // namespace impasto
