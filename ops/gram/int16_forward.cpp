// The Gram matrix for mixed precision, from products of 16-bit integers (ops/gemm/product16.h):
// some pixels at a time, each channel of them with a scale of its own. Roundings of pixels are
// independent of each other, so over m of them they all but cancel. For channels that go together G
// is off by 2e-4 / sqrt(m) of its norm, for c that do not by 7e-5 sqrt(c / m): at most 2e-5. A
// style loss is off by more, as much as G is closer to its target than to zero.
#include <algorithm>

#include "ops/gemm/product16.h"
#include "ops/gram/gram_kernels.h"
#include "ops/gram/slices.h"
#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

using namespace gemm_tile;

constexpr std::int64_t kLanes = 16, kPanel = 64;  // columns of a vector, and of a panel
constexpr std::int64_t kPixels = 64;  // that share scales: the fewer, the less is rounded
// At least; with a quarter of them, losses of deep layers were off by up to 3e-5.
constexpr std::int64_t kPixelsOfChannel = 16;
constexpr std::int64_t kPanelStep = kPixels / 2 * kPanelStep16 + 32;  // not on the same cache sets

// One thread's workspace: panels of integers, and the scales of their columns.
struct Layout {
  explicit Layout(const GramProblem& p)
      : integers(checked_mul(ceil_div(p.c, kPanel), kPanelStep) / 2), own(integers + p.c) {}

  std::int64_t integers, own;  // in floats
};

// Some pixels of a slice: [panel, pair of pixels, column, 2].
struct Integers {
  const std::int16_t* values;
  const float* scales;
  std::int64_t depth;
  const std::int16_t* next;  // the pixels that follow, in floats: to be brought near
};

Integers quantize(const GramProblem& p, const Slice& slice, std::int64_t first, float* own) {
  const std::int64_t count = std::min(kPixels, slice.last - first), depth = ceil_div(count, 2) * 2;
  auto* values = reinterpret_cast<std::int16_t*>(own);
  float* scales = own + Layout(p).integers;
  for (std::int64_t col = 0; col < slice.end; col += kPanel) {
    avx512vnni::quantize_columns(
        {.src = slice.features + first * p.c + col,
         .src_step = p.c,
         .depth = count,
         .padded = depth,
         .vectors = static_cast<unsigned>(std::min(kPanel, p.c - col) / kLanes),
         .norm = kNormOfBoth,
         .dst = values + col / kPanel * kPanelStep,
         .dst_step = kPanelStep16,
         .scale = scales + col});
  }
  const float* next = slice.features + (first + count) * p.c;
  return {values, scales, depth, reinterpret_cast<const std::int16_t*>(next)};
}

// Adds the pixels to one panel's columns of a matrix down to the diagonal, or writes them. On the
// diagonal, each vector of columns goes down to its own end.
void sum_panel(const Slice& slice, const Integers& pixels, std::int64_t panel, bool add) {
  const std::int64_t col = panel * kPanel;
  Product16 p{.src = pixels.values,
              .src_step = 2,
              .wei = pixels.values + panel * kPanelStep,
              .rows = kPanel,
              .depth = pixels.depth,
              .src_scale = pixels.scales,
              .wei_scale = pixels.scales + col,
              .dst = slice.partial + col,
              .dst_step = slice.c,
              .vectors = static_cast<unsigned>(std::min(kPanel, slice.c - col) / kLanes),
              .add = add};
  p.next_src = p.src;
  p.next_wei = pixels.next;
  for (std::int64_t i = 0; i < panel; ++i) {
    avx512vnni::multiply16_panels(p);
    p.next_wei += p.vectors * kLanes * p.depth;
    p.src += kPanelStep;
    p.src_scale += kPanel;
    p.dst += kPanel * slice.c;
  }
  for (p.rows = kLanes; p.vectors > 0; --p.vectors) {
    avx512vnni::multiply16_panels(p);
    // Three groups of rows fetch at most as many lines for each pair of pixels. All vectors
    // together fetch more than the next pixels of a panel have.
    p.next_wei += std::min(p.vectors, 3u) * kLanes * p.depth;
    p.src += 2 * kLanes;
    p.wei += 2 * kLanes;
    p.src_scale += kLanes;
    p.wei_scale += kLanes;
    p.dst += kLanes * slice.c + kLanes;
  }
}

void sum_columns(const GramProblem& p, const Slice& slice, float* own) {
  // At least once: a slice without pixels sums to zero, and must be written.
  for (std::int64_t at = slice.first; at == slice.first || at < slice.last; at += kPixels) {
    const Integers pixels = quantize(p, slice, at, own);
    for (std::int64_t panel = slice.begin / kPanel; panel * kPanel < slice.end; ++panel) {
      sum_panel(slice, pixels, panel, at != slice.first);
    }
  }
}

}  // namespace

Support supports_forward_int16(const GramProblem& p) {
  if (!p.mixed) return Support::no("rounds to 16 bits, and mixed precision was not asked for");
  if (p.c % kLanes != 0) return Support::no("needs a multiple of 16 channels");
  if (p.m / kPixelsOfChannel < p.c) {
    return Support::no("with less than 16 pixels a channel, roundings would cancel too little");
  }
  return Support::yes();
}

std::size_t forward_int16_workspace(const GramProblem& p, int threads) {
  const std::int64_t own = checked_mul(threads, Layout(p).own);
  return static_cast<std::size_t>(checked_add(partial_floats(p), own)) * sizeof(float);
}

void forward_int16(Context& context, const GramProblem& p, const GramForwardArgs& args,
                   void* workspace) {
  auto* partials = static_cast<float*>(workspace);
  float* buffers = partials + partial_floats(p);
  sum_slices(context, p, args, kPixels, partials, [&](const Slice& slice, int thread) {
    sum_columns(p, slice, buffers + thread * Layout(p).own);
  });
}

}  // namespace impasto::gram_kernels
