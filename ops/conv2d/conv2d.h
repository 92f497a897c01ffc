// 2-D convolution (cross-correlation, as every network means it), with fused bias, ReLU and pool.
//
//   sum[n, y, x, o] = sum_{i, j, c} src[n, y s + i - p, x s + j - p, c] wei[o, i, j, c]
//   out = act(sum + bias)
//   dst = out, or out pooled by windows of 2 x 2 as ops/pool2d does
//
// src [n, h, w, ic], wei [oc, kh, kw, ic], bias [oc], out [n, oh, ow, oc],
// oh = (h + 2 pad - kh) / stride + 1. Outside the picture src is zero, reflected without repeating
// the border (needs pad < h, w), or the nearest border pixel. f32 and f64; accumulation in the
// dtype or wider. All entries throw Error when shapes, dtypes or padding do not fit.
//
// The mask is what the backward pass needs of a fused ReLU and pool: one bit for each element of
// out, set where its gradient is that of dst. ReLU sets it where out > 0; the maximum keeps that
// only for the winner of a window, the average for all four, each with a quarter of the gradient.
// Bits of a pixel start at a multiple of 16: [n, oh, ow, mask_channels(oc)], zeros behind the last
// channel.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct Conv2dParams {
  std::int64_t stride = 1;
  std::int64_t pad = 0;
  PadMode pad_mode = PadMode::zero;
  bool relu = false;
  std::optional<PoolKind> pool = {};

  bool fused() const { return relu || pool.has_value(); }  // there is a mask
};

struct Conv2dProblem {
  std::int64_t n = 1, h = 0, w = 0, ic = 0;
  std::int64_t oc = 0, kh = 0, kw = 0;
  Conv2dParams params;
  DType dtype = DType::f32;
  bool filter_cached = false;  // the call has a FilterCache
  bool mixed = false;          // kernels may round the operands of products to 16 bits, or to tf32
  bool loose = false;          // kernels in f32 may have several times the rounding error of a sum

  std::int64_t oh() const { return (h + 2 * params.pad - kh) / params.stride + 1; }
  std::int64_t ow() const { return (w + 2 * params.pad - kw) / params.stride + 1; }
  std::int64_t dst_h() const { return params.pool ? oh() / 2 : oh(); }
  std::int64_t dst_w() const { return params.pool ? ow() / 2 : ow(); }
  std::int64_t macs() const { return n * oh() * ow() * oc * kh * kw * ic; }
  Shape dst_shape() const { return {n, dst_h(), dst_w(), oc}; }
  Shape mask_shape() const;
  std::string to_string() const;
};

constexpr std::int64_t mask_channels(std::int64_t oc) {
  return (oc + 15) / 16 * 16;
}

// Forms of one frozen filter that kernels derived from it (packed, rotated, transformed), by kernel
// id. Owned by the module that owns the filter and freed with it; never used for a filter that
// changes.
class FilterCache {
 public:
  const Tensor& get(const std::string& key, const std::function<Tensor()>& make);
  std::size_t bytes() const;

 private:
  std::map<std::string, Tensor> forms_;
};

struct Conv2dForward {
  Tensor dst;
  Tensor mask;  // undefined unless asked for
};

// Kernels that round their operands (tf32, 16 bits) run when they are asked for by name, and those
// of backward-data in contexts of mixed precision, too. There forward ones in f32 may round several
// times as much as sums do.
//
// bias may be undefined. `want_mask` needs a fused ReLU or pool. A null cache means the filter may
// change between calls, so kernels prepare it every time.
Conv2dForward conv2d_forward(Context& context, const Tensor& src, const Tensor& wei,
                             const Tensor& bias, const Conv2dParams& params, bool want_mask = false,
                             FilterCache* cache = nullptr);

// What flows back into a convolution: the gradient of dst and, where ReLU or a pool is fused, the
// mask that the forward call gave.
struct Conv2dUpstream {
  Conv2dUpstream(Tensor grad, Tensor bits = {})  // NOLINT: a plain gradient is one
      : grad_dst(std::move(grad)), mask(std::move(bits)) {}
  Tensor grad_dst;
  Tensor mask;
};

// Gradient with respect to src of shape src_shape: [n, h, w, ic]. In a context of mixed precision
// products may be of 16-bit numbers.
Tensor conv2d_backward_data(Context& context, const Conv2dUpstream& upstream, const Tensor& wei,
                            const Shape& src_shape, const Conv2dParams& params,
                            FilterCache* cache = nullptr);

// The gradient of the sums that ReLU and pool were applied to, of shape [n, oh, ow, oc]: what the
// gradients of filter and bias are made from. One pass over memory.
Tensor conv2d_backward_activation(Context& context, const Conv2dUpstream& upstream,
                                  const Shape& out_shape, const Conv2dParams& params);

// Gradient with respect to wei of shape wei_shape: [oc, kh, kw, ic], of a convolution with nothing
// fused: grad_dst is the gradient of its sums. That of the bias is sum_rows() of ops/reduce.
Tensor conv2d_backward_filter(Context& context, const Tensor& src, const Tensor& grad_dst,
                              const Shape& wei_shape, const Conv2dParams& params);

struct Conv2dForwardArgs {
  const Tensor& src;
  const Tensor& wei;
  const Tensor& bias;  // may be undefined
  Tensor& dst;
  Tensor* mask;        // nullptr when not wanted
  FilterCache* cache;  // nullptr when the filter may change
};
struct Conv2dBackwardDataArgs {
  const Tensor& grad_dst;
  const Tensor& mask;  // undefined when nothing is fused
  const Tensor& wei;
  Tensor& grad_src;
  FilterCache* cache;
};
struct Conv2dBackwardFilterArgs {
  const Tensor& src;
  const Tensor& grad_dst;
  Tensor& grad_wei;
};

using Conv2dForwardKernel = Kernel<Conv2dProblem, Conv2dForwardArgs>;
using Conv2dBackwardDataKernel = Kernel<Conv2dProblem, Conv2dBackwardDataArgs>;
using Conv2dBackwardFilterKernel = Kernel<Conv2dProblem, Conv2dBackwardFilterArgs>;
KernelTable<Conv2dProblem, Conv2dForwardArgs> conv2d_forward_table();             // conv2d.fwd
KernelTable<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data_table();  // conv2d.bwd_data
KernelTable<Conv2dProblem, Conv2dBackwardFilterArgs>
conv2d_backward_filter_table();  // conv2d.bwd_filter

}  // namespace impasto
