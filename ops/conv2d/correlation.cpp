#include "ops/conv2d/correlation.h"

#include <algorithm>
#include <vector>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

void add(const float* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

// One padded row onto the row of pixels that it shows: the border column by column, the inside, of
// columns [pad, pad + w), as it lies.
void fold_row(const Conv2dProblem& p, const float* from, float* to) {
  const std::int64_t pad = p.params.pad;
  const auto fold_columns = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t px = begin; px < end; ++px) {
      const std::int64_t x = padded_source(px - pad, p.w, p.params.pad_mode);
      add(from + px * p.ic, p.ic, to + x * p.ic);
    }
  };
  fold_columns(0, pad);
  add(from + pad * p.ic, p.w * p.ic, to);
  fold_columns(pad + p.w, p.w + 2 * pad);
}

}  // namespace

bool folds_border(const Conv2dParams& params) {
  return params.pad > 0 && params.pad_mode != PadMode::zero;
}

Correlation forward_correlation(const Conv2dProblem& p) {
  Correlation c;
  c.n = p.n, c.h = p.h, c.w = p.w, c.ic = p.ic;
  c.oh = p.oh(), c.ow = p.ow(), c.oc = p.oc;
  c.kh = p.kh, c.kw = p.kw, c.stride = p.params.stride;
  c.top = p.params.pad, c.left = p.params.pad, c.pad_mode = p.params.pad_mode;
  c.relu = p.params.relu;
  c.dst_pool = p.params.pool;
  return c;
}

Correlation backward_correlation(const Conv2dProblem& p) {
  const std::int64_t pad = p.params.pad, kept = folds_border(p.params) ? 2 * pad : 0;
  Correlation c;
  c.n = p.n, c.h = p.oh(), c.w = p.ow(), c.ic = p.oc;
  c.oh = p.h + kept, c.ow = p.w + kept, c.oc = p.ic;
  c.kh = p.kh, c.kw = p.kw;
  c.top = p.kh - 1 - (kept > 0 ? 0 : pad), c.left = p.kw - 1 - (kept > 0 ? 0 : pad);
  c.src_pool = p.params.pool;
  return c;
}

void set_operands(Correlation& c, const Conv2dForwardArgs& args) {
  c.src = args.src.data<float>();
  c.bias = args.bias.defined() ? args.bias.data<float>() : nullptr;
  c.dst = args.dst.data<float>();
  c.mask = args.mask == nullptr ? nullptr : static_cast<std::uint8_t*>(args.mask->raw());
}

void set_operands(Correlation& c, const Conv2dBackwardDataArgs& args) {
  c.src = args.grad_dst.data<float>();
  c.src_mask = args.mask.defined() ? static_cast<const std::uint8_t*>(args.mask.raw()) : nullptr;
  c.dst = args.grad_src.data<float>();
}

std::int64_t padded_count(const Correlation& c) {
  return checked_mul(checked_mul(c.n, checked_mul(c.oh, c.ow)), c.oc);
}

void fold_border(ThreadPool& threads, const Conv2dProblem& p, const float* padded,
                 float* grad_src) {
  const std::int64_t pad = p.params.pad, padded_h = p.h + 2 * pad, padded_w = p.w + 2 * pad;
  std::vector<std::int64_t> shown(static_cast<std::size_t>(padded_h));
  for (std::int64_t py = 0; py < padded_h; ++py) {
    shown[static_cast<std::size_t>(py)] = padded_source(py - pad, p.h, p.params.pad_mode);
  }
  parallel_for(threads, p.n * p.h, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      float* to = grad_src + row * p.w * p.ic;
      std::fill_n(to, p.w * p.ic, 0.0f);
      for (std::int64_t py = 0; py < padded_h; ++py) {
        if (shown[static_cast<std::size_t>(py)] != row % p.h) continue;
        fold_row(p, padded + (row / p.h * padded_h + py) * padded_w * p.ic, to);
      }
    }
  });
}

std::int64_t folded_count(const Conv2dProblem& p, const Correlation& c) {
  return folds_border(p.params) ? ceil_div(padded_count(c), 16) * 16 : 0;
}

void correlate_and_fold(ThreadPool& threads, const Conv2dProblem& p, Correlation& c, float* scratch,
                        const std::function<void(float* rest)>& run) {
  float* grad_src = c.dst;
  if (folds_border(p.params)) c.dst = scratch;
  run(scratch + folded_count(p, c));
  if (folds_border(p.params)) fold_border(threads, p, c.dst, grad_src);
}

FilterView forward_view(const Conv2dProblem& p, const float* wei) {
  return {wei, p.oc, p.kh, p.kw, p.ic, p.kh * p.kw * p.ic, p.kw * p.ic, p.ic, 1};
}

FilterView backward_data_view(const Conv2dProblem& p, const float* wei) {
  const float* last_tap = wei + (p.kh * p.kw - 1) * p.ic;
  return {last_tap, p.ic, p.kh, p.kw, p.oc, 1, -p.kw * p.ic, -p.ic, p.kh * p.kw * p.ic};
}

std::size_t float_bytes(std::int64_t count) {
  return static_cast<std::size_t>(checked_mul(count, sizeof(float)));
}

const float* prepared_filters(Context& context, FilterCache* cache, const std::string& key,
                              std::int64_t count, const std::function<void(float*)>& fill,
                              float*& scratch) {
  if (cache == nullptr) {
    float* filters = scratch;
    scratch += count;
    fill(filters);
    return filters;
  }
  const auto make = [&] {
    Tensor filters = Tensor::empty({count}, DType::f32, context.device(), Lifetime::lasting);
    fill(filters.data<float>());
    return filters;
  };
  return cache->get(key, make).data<float>();
}

}  // namespace impasto::conv2d_kernels
