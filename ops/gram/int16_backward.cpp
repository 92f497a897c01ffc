// The gradient for mixed precision: F (dG + dG^T) as a product of 16-bit integers, each pixel and
// each column of the symmetric matrix with a scale of its own (ops/gemm/product16.h). A task turns
// some pixels into integers, in its first-level cache, and multiplies them with all columns.
#include <algorithm>
#include <cstring>

#include "ops/gemm/product16.h"
#include "ops/gram/gram_kernels.h"
#include "tensor/checked.h"

namespace impasto::gram_kernels {
namespace {

using namespace gemm_tile;

constexpr std::int64_t kLanes = 16, kBlock = 64;            // columns of a vector, and of a product
constexpr std::int64_t kPixels = 48;                        // of a product: whole register tiles
constexpr std::int64_t kTaskFloats = 8 * kPixels * kBlock;  // long runs of memory

std::int64_t padded_depth(std::int64_t c) {
  return ceil_div(c, 32) * 32;
}
// Whole products.
std::int64_t task_pixels(const GramProblem& p) {
  return std::max<std::int64_t>(1, kTaskFloats / (kPixels * p.c)) * kPixels;
}
// Of rows of integers: a cache line more, so that they do not fall on the same sets.
std::int64_t row_step(std::int64_t c) {
  return padded_depth(c) + 32;
}

// The workspace, in floats: columns as multiply16() reads them, their scales, and for each thread
// what it turns into integers.
struct Layout {
  explicit Layout(const GramProblem& p)
      : columns(checked_mul(padded_depth(p.c), p.c) / 2),
        integers(kPixels * row_step(p.c) / 2),
        own(std::max(integers + kPixels, kLanes * (p.c + row_step(p.c) / 2))) {}

  std::int64_t columns, integers, own;
};

// Columns [first, first + kLanes) of scale (dG + dG^T), which are its rows as well; a square of
// kLanes x kLanes at a time, which is turned where the first-level cache has it.
void symmetric_rows(const GramProblem& p, const float* grad, std::int64_t first, float* rows) {
  const auto scale = static_cast<float>(p.scale);
  for (std::int64_t k = 0; k < p.c; k += kLanes) {
    float turned[kLanes][kLanes];
    for (std::int64_t i = 0; i < kLanes; ++i) {
      for (std::int64_t l = 0; l < kLanes; ++l) turned[l][i] = grad[(k + i) * p.c + first + l];
    }
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float* along = grad + (first + l) * p.c + k;
      for (std::int64_t i = 0; i < kLanes; ++i) {
        rows[l * p.c + k + i] = scale * (along[i] + turned[l][i]);
      }
    }
  }
}

// Rows of integers to columns of pairs, as multiply16() reads them.
void interleave(const std::int16_t* rows, std::int64_t step, std::int64_t depth, std::int64_t width,
                std::int16_t* to) {
  for (std::int64_t k = 0; k < depth; k += 2, to += 2 * width) {
    for (std::int64_t l = 0; l < kLanes; ++l) std::memcpy(to + 2 * l, rows + l * step + k, 4);
  }
}

std::int64_t block_width(const GramProblem& p, std::int64_t first) {
  return std::min(kBlock, p.c - first / kBlock * kBlock);
}

void pack_columns(const GramProblem& p, const float* grad, std::int64_t first, float* own,
                  float* columns, float* scales) {
  const std::int64_t depth = padded_depth(p.c), step = row_step(p.c);
  auto* integers = reinterpret_cast<std::int16_t*>(own + kLanes * p.c);
  symmetric_rows(p, grad, first, own);
  avx512vnni::quantize_rows({.src = own,
                             .src_step = p.c,
                             .rows = kLanes,
                             .depth = p.c,
                             .padded = depth,
                             .dst = integers,
                             .dst_step = step,
                             .scale = scales + first});
  auto* block = reinterpret_cast<std::int16_t*>(columns) + first / kBlock * kBlock * depth;
  interleave(integers, step, depth, block_width(p, first), block + first % kBlock * 2);
}

// Of some pixels: their features, and where their gradients go.
struct Pixels {
  const float* features;
  std::int64_t rows;
  float* gradients;
  bool add;
};

void multiply_pixels(const GramProblem& p, const Pixels& pixels, const float* workspace,
                     float* own) {
  const Layout layout(p);
  const std::int64_t depth = padded_depth(p.c), step = row_step(p.c);
  auto* integers = reinterpret_cast<std::int16_t*>(own);
  float* scales = own + layout.integers;
  avx512vnni::quantize_rows({.src = pixels.features,
                             .src_step = p.c,
                             .rows = pixels.rows,
                             .depth = p.c,
                             .padded = depth,
                             .dst = integers,
                             .dst_step = step,
                             .scale = scales});
  const auto* columns = reinterpret_cast<const std::int16_t*>(workspace);
  for (std::int64_t first = 0; first < p.c; first += kBlock) {
    const std::int16_t* wei = columns + first * depth;
    avx512vnni::multiply16({.src = integers,
                            .src_step = step,
                            .wei = wei,
                            .next_src = integers,
                            .next_wei = wei + depth * kBlock,
                            .rows = pixels.rows,
                            .depth = depth,
                            .src_scale = scales,
                            .wei_scale = workspace + layout.columns + first,
                            .dst = pixels.gradients + first,
                            .dst_step = p.c,
                            .vectors = static_cast<unsigned>(block_width(p, first) / kLanes),
                            .add = pixels.add});
  }
}

}  // namespace

Support supports_backward_int16(const GramProblem& p) {
  if (!p.mixed) return Support::no("rounds to 16 bits, and mixed precision was not asked for");
  if (p.c % kLanes != 0) return Support::no("needs a multiple of 16 channels");
  if (p.c >= kMaxDepth16) return Support::no("sums over so many channels could leave 32 bits");
  return Support::yes();
}

std::size_t backward_int16_workspace(const GramProblem& p, int threads) {
  const Layout layout(p);
  return static_cast<std::size_t>(
             checked_add(layout.columns + p.c, checked_mul(threads, layout.own))) *
         sizeof(float);
}

void backward_int16(Context& context, const GramProblem& p, const GramBackwardArgs& args,
                    void* workspace) {
  const Layout layout(p);
  auto* columns = static_cast<float*>(workspace);
  float* scales = columns + layout.columns;
  float* own = scales + p.c;
  for (std::int64_t b = 0; b < p.n; ++b) {
    const float* grad = args.grad_gram.data<float>() + b * p.c * p.c;
    context.threads().run(p.c / kLanes, [&](std::int64_t task, int thread) {
      pack_columns(p, grad, task * kLanes, own + thread * layout.own, columns, scales);
    });
    const float* features = args.features.data<float>() + b * p.m * p.c;
    float* gradients = args.grad_features.data<float>() + b * p.m * p.c;
    const std::int64_t size = task_pixels(p), tasks = ceil_div(p.m, size);
    context.threads().run(tasks, [&](std::int64_t task, int thread) {
      const std::int64_t end = std::min(p.m, (task + 1) * size);
      for (std::int64_t first = task * size; first < end; first += kPixels) {
        const Pixels pixels = {features + first * p.c, std::min(kPixels, end - first),
                               gradients + first * p.c, args.accumulate};
        multiply_pixels(p, pixels, columns, own + thread * layout.own);
      }
    });
  }
}

}  // namespace impasto::gram_kernels
