// The direct kernels, for whichever instruction set they are given: forward and backward-data are
// one routine, correlate(), over the register tile of direct_tile_kernels.h; backward-filter uses
// the same tile along other axes.
#pragma once

#include "ops/conv2d/conv2d_kernels.h"
#include "ops/conv2d/correlation.h"
#include "ops/conv2d/direct_tile_kernels.h"

namespace impasto::conv2d_kernels {

std::size_t forward_direct_bytes(const DirectIsa&, const Conv2dProblem&, int threads);
void forward_direct(const DirectIsa&, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                    void* workspace);

Support supports_backward_data_direct(const Conv2dProblem&);
std::size_t backward_data_direct_bytes(const DirectIsa&, const Conv2dProblem&, int threads);
void backward_data_direct(const DirectIsa&, Context&, const Conv2dProblem&,
                          const Conv2dBackwardDataArgs&, void* workspace);

std::size_t backward_filter_direct_bytes(const DirectIsa&, const Conv2dProblem&, int threads);
void backward_filter_direct(const DirectIsa&, Context&, const Conv2dProblem&,
                            const Conv2dBackwardFilterArgs&, void* workspace);

// Channels of a block: what the widest tile covers.
inline std::int64_t block_channels(const DirectIsa& isa) {
  return std::int64_t{isa.max_vectors} * isa.lanes;
}

// Packed: blocks of block_channels() output channels, the last one of as many vectors as it
// needs, zeros behind the last channel; inside a block [kh, kw, ic, channel].
std::int64_t packed_count(const DirectIsa& isa, const FilterView& view);
void pack_filter(ThreadPool& threads, const DirectIsa& isa, const FilterView& view, float* packed);

// Computes a correlation without pools and without a mask of src. A mask of dst needs vectors of
// whole bytes that are never cut short.
// Floats of scratch that one thread needs: a patch of pixels with their border.
std::int64_t patch_count(const Correlation& correlation);
void correlate(ThreadPool& threads, const DirectIsa& isa, const Correlation& correlation,
               float* patches);

}  // namespace impasto::conv2d_kernels
