// The direct kernels, for whichever instruction set they are given: forward and backward-data are
// one routine, correlate(), over the register tile of direct_tile_kernels.h; backward-filter uses
// the same tile along other axes.
#pragma once

#include "ops/conv2d/conv2d_kernels.h"
#include "ops/conv2d/direct_tile_kernels.h"

namespace impasto::conv2d_kernels {

std::size_t forward_direct_bytes(const DirectIsa&, const Conv2dProblem&, int threads);
void forward_direct(const DirectIsa&, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                    void* workspace);

Support supports_backward_data_direct(const Conv2dProblem&);
std::size_t backward_data_direct_bytes(const DirectIsa&, const Conv2dProblem&, int threads);
void backward_data_direct(const DirectIsa&, Context&, const Conv2dProblem&,
                          const Conv2dBackwardDataArgs&, void* workspace);

std::size_t backward_filter_direct_bytes(const DirectIsa&, const Conv2dProblem&);
void backward_filter_direct(const DirectIsa&, Context&, const Conv2dProblem&,
                            const Conv2dBackwardFilterArgs&, void* workspace);

// Channels of a block: what the widest tile covers.
inline std::int64_t block_channels(const DirectIsa& isa) {
  return std::int64_t{isa.max_vectors} * isa.lanes;
}

// A filter bank seen as wei[o, i, j, c] through strides, so that the rotated and transposed bank of
// the backward pass is a view, too.
struct FilterView {
  const float* first = nullptr;
  std::int64_t oc = 0, kh = 0, kw = 0, ic = 0;
  std::int64_t o_step = 0, i_step = 0, j_step = 0, c_step = 0;
};
FilterView forward_view(const Conv2dProblem& problem, const float* wei);
FilterView backward_data_view(const Conv2dProblem& problem, const float* wei);

// Packed: blocks of block_channels() output channels, the last one of as many vectors as it
// needs, zeros behind the last channel; inside a block [kh, kw, ic, channel].
std::int64_t packed_count(const DirectIsa& isa, const FilterView& view);
void pack_filter(ThreadPool& threads, const DirectIsa& isa, const FilterView& view, float* packed);

// dst[n, y, x, o] = act(bias[o] + sum_{i, j, c} src[n, y s + i - top, x s + j - left, c]
// wei[o, i, j, c]), src being [n, h, w, ic] padded as pad_mode says, dst [n, oh, ow, oc].
struct Correlation {
  std::int64_t n = 0, h = 0, w = 0, ic = 0;
  std::int64_t oh = 0, ow = 0, oc = 0;
  std::int64_t kh = 0, kw = 0, stride = 1, top = 0, left = 0;
  PadMode pad_mode = PadMode::zero;
  bool relu = false;
  const float* src = nullptr;
  const float* packed = nullptr;
  const float* bias = nullptr;  // may be null
  float* dst = nullptr;
  std::uint64_t* mask = nullptr;  // may be null
};
// Floats of scratch that one thread needs: a patch of pixels with their border.
std::int64_t patch_count(const Correlation& correlation);
void correlate(ThreadPool& threads, const DirectIsa& isa, const Correlation& correlation,
               float* patches);

}  // namespace impasto::conv2d_kernels
