// Forward and backward-data as one thing: a correlation of a feature map with filters. The gradient
// of a convolution of stride 1 is a correlation again: of the gradient, with the filters rotated by
// half a turn and input and output channels exchanged. Where the picture was reflected or repeated,
// the gradient of the padded picture is computed and its border folded back onto the pixels that it
// showed.
#pragma once

#include "ops/conv2d/conv2d.h"

namespace impasto::conv2d_kernels {

//   sum[n, y, x, o] = sum_{i, j, c} src[n, y s + i - top, x s + j - left, c] wei[o, i, j, c]
//   dst = act(sum + bias), pooled if asked for
//
// src is [n, h, w, ic], padded as pad_mode says, and dst [n, oh, ow, oc], half of that when pooled.
// A gradient as src may have a mask, and then be that of a pooled feature map:
// [n, h / 2, w / 2, ic] with a mask of [n, h, w].
struct Correlation {
  std::int64_t n = 0, h = 0, w = 0, ic = 0;
  std::int64_t oh = 0, ow = 0, oc = 0;
  std::int64_t kh = 0, kw = 0, stride = 1, top = 0, left = 0;
  PadMode pad_mode = PadMode::zero;
  bool relu = false;
  std::optional<PoolKind> src_pool, dst_pool;
  const float* src = nullptr;
  const std::uint8_t* src_mask = nullptr;  // may be null
  const float* packed = nullptr;           // filters as the kernel wants them
  const float* bias = nullptr;             // may be null
  float* dst = nullptr;
  bool stream = false;           // dst goes past the caches
  std::uint8_t* mask = nullptr;  // may be null
};

Correlation forward_correlation(const Conv2dProblem& problem);
// Its result is grad_src, or the gradient of the padded picture when that must be folded.
Correlation backward_correlation(const Conv2dProblem& problem);

// Operands into the above; filters are the kernel's affair.
void set_operands(Correlation& correlation, const Conv2dForwardArgs& args);
void set_operands(Correlation& correlation, const Conv2dBackwardDataArgs& args);

bool folds_border(const Conv2dParams& params);
std::int64_t padded_count(const Correlation& correlation);  // floats of what is folded
// grad_src[n, y, x] = the sum of padded[n, h + 2 pad, w + 2 pad] over all places that show pixel
// (y, x).
void fold_border(ThreadPool& threads, const Conv2dProblem& problem, const float* padded,
                 float* grad_src);

// Floats of workspace for a border that must be folded, whole cache lines; and a backward-data pass
// with that: run(rest) computes the correlation, whose dst is redirected to the workspace if need
// be.
std::int64_t folded_count(const Conv2dProblem& problem, const Correlation& correlation);
void correlate_and_fold(ThreadPool& threads, const Conv2dProblem& problem, Correlation& correlation,
                        float* scratch, const std::function<void(float* rest)>& run);

// A filter bank seen as wei[o, i, j, c] through strides, so that the rotated and transposed bank of
// the backward pass is a view, too.
struct FilterView {
  const float* first = nullptr;
  std::int64_t oc = 0, kh = 0, kw = 0, ic = 0;
  std::int64_t o_step = 0, i_step = 0, j_step = 0, c_step = 0;
};
FilterView forward_view(const Conv2dProblem& problem, const float* wei);
FilterView backward_data_view(const Conv2dProblem& problem, const float* wei);

// Bytes of `count` floats, checked.
std::size_t float_bytes(std::int64_t count);

// `count` floats that `fill` writes: kept in the cache under `key`, or else at `scratch`, which is
// moved past them.
const float* prepared_filters(Context& context, FilterCache* cache, const std::string& key,
                              std::int64_t count, const std::function<void(float*)>& fill,
                              float*& scratch);

}  // namespace impasto::conv2d_kernels
