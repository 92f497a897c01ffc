#include <algorithm>

#include "ops/conv2d/direct_kernels.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kChunk = 16;  // input channels at a time: 16 x 64 floats stay in cache

}  // namespace

std::int64_t packed_count(const DirectIsa& isa, const FilterView& view) {
  const std::int64_t channels = ceil_div(view.oc, isa.lanes) * isa.lanes;
  return checked_mul(channels, checked_mul(view.kh * view.kw, view.ic));
}

void pack_filter(ThreadPool& threads, const DirectIsa& isa, const FilterView& view, float* packed) {
  const std::int64_t block = block_channels(isa);
  const std::int64_t taps = view.kh * view.kw;
  parallel_for(threads, ceil_div(view.oc, block) * taps, 1, [&](std::int64_t task, std::int64_t) {
    const std::int64_t o = task / taps * block, i = task % taps / view.kw, j = task % view.kw;
    const std::int64_t channels = std::min(block, view.oc - o);
    const std::int64_t width = ceil_div(channels, isa.lanes) * isa.lanes;
    const float* from = view.first + o * view.o_step + i * view.i_step + j * view.j_step;
    float* to = packed + (o * taps + task % taps * width) * view.ic;
    for (std::int64_t chunk = 0; chunk < view.ic; chunk += kChunk) {
      const std::int64_t end = std::min(chunk + kChunk, view.ic);
      for (std::int64_t l = 0; l < width; ++l) {
        for (std::int64_t c = chunk; c < end; ++c) {
          to[c * width + l] = l < channels ? from[l * view.o_step + c * view.c_step] : 0.0f;
        }
      }
    }
  });
}

}  // namespace impasto::conv2d_kernels
