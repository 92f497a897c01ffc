// Padding a row at a time. The middle of a row is one copy, its two ends are pixels looked up one
// by one; the backward pass gathers into each row of src the padded rows that showed it, top to
// bottom, so no two threads write the same row. Bound by memory.
#include <algorithm>

#include "ops/pad/pad_kernels.h"
#include "tensor/checked.h"

namespace impasto::pad_kernels {
namespace {

std::int64_t padded_height(const PadProblem& p) {
  return p.h + p.params.top + p.params.bottom;
}
std::int64_t padded_width(const PadProblem& p) {
  return p.w + p.params.left + p.params.right;
}

// Rows of a task: about 64 KiB of f32.
std::int64_t rows_grain(const PadProblem& p) {
  return std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, padded_width(p) * p.c));
}

// Calls f(x of the padded row, x of src or -1) for the pixels beside the picture.
template <class F>
void for_ends(const PadProblem& p, F f) {
  const std::int64_t left = p.params.left;
  for (std::int64_t x = 0; x < left; ++x) f(x, padded_source(x - left, p.w, p.params.mode));
  for (std::int64_t x = left + p.w; x < padded_width(p); ++x) {
    f(x, padded_source(x - left, p.w, p.params.mode));
  }
}

void pad_row(const PadProblem& p, const float* src, float* dst) {
  std::copy_n(src, p.w * p.c, dst + p.params.left * p.c);
  for_ends(p, [&](std::int64_t to, std::int64_t from) {
    if (from < 0) {
      std::fill_n(dst + to * p.c, p.c, 0.0f);
    } else {
      std::copy_n(src + from * p.c, p.c, dst + to * p.c);
    }
  });
}

void add(const float* src, std::int64_t count, float* dst) {
  for (std::int64_t i = 0; i < count; ++i) dst[i] += src[i];
}

void add_padded_row(const PadProblem& p, const float* grad_dst, float* grad_src) {
  add(grad_dst + p.params.left * p.c, p.w * p.c, grad_src);
  for_ends(p, [&](std::int64_t to, std::int64_t from) {
    if (from >= 0) add(grad_dst + to * p.c, p.c, grad_src + from * p.c);
  });
}

}  // namespace

void forward_rows(Context& context, const PadProblem& p, const PadArgs& args, void*) {
  const float* src = args.src.data<float>();
  float* dst = args.dst.data<float>();
  const std::int64_t height = padded_height(p), row = padded_width(p) * p.c;
  parallel_for(
      context.threads(), p.n * height, rows_grain(p), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
          const std::int64_t from = padded_source(r % height - p.params.top, p.h, p.params.mode);
          if (from < 0) {
            std::fill_n(dst + r * row, row, 0.0f);
          } else {
            pad_row(p, src + (r / height * p.h + from) * p.w * p.c, dst + r * row);
          }
        }
      });
}

void backward_rows(Context& context, const PadProblem& p, const PadArgs& args, void*) {
  const float* grad_dst = args.src.data<float>();
  float* grad_src = args.dst.data<float>();
  const std::int64_t height = padded_height(p), row = padded_width(p) * p.c;
  const auto gather_row = [&](std::int64_t batch, std::int64_t y) {
    float* to = grad_src + (batch * p.h + y) * p.w * p.c;
    const auto add_if_shown = [&](std::int64_t r) {
      if (padded_source(r - p.params.top, p.h, p.params.mode) != y) return;
      add_padded_row(p, grad_dst + (batch * height + r) * row, to);
    };
    std::fill_n(to, p.w * p.c, 0.0f);
    for (std::int64_t r = 0; r < p.params.top; ++r) add_if_shown(r);
    add_if_shown(p.params.top + y);
    for (std::int64_t r = p.params.top + p.h; r < height; ++r) add_if_shown(r);
  };
  parallel_for(context.threads(), p.n * p.h, rows_grain(p),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t r = begin; r < end; ++r) gather_row(r / p.h, r % p.h);
               });
}

}  // namespace impasto::pad_kernels
