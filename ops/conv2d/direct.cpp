// Forward and backward-data by direct correlation, for each instruction set.
//
// The gradient of a convolution of stride 1 is a correlation again: of the gradient, with the
// filters rotated by half a turn and input and output channels exchanged. Where the picture was
// reflected or repeated, the gradient of the padded picture is computed and its border folded back
// onto the pixels that it showed.
#include <algorithm>

#include "ops/conv2d/direct_kernels.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

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
  return c;
}

// Its result is grad_src, or the gradient of the padded picture when that must be folded.
Correlation backward_correlation(const Conv2dProblem& p) {
  const std::int64_t pad = p.params.pad, kept = folds_border(p.params) ? 2 * pad : 0;
  Correlation c;
  c.n = p.n, c.h = p.oh(), c.w = p.ow(), c.ic = p.oc;
  c.oh = p.h + kept, c.ow = p.w + kept, c.oc = p.ic;
  c.kh = p.kh, c.kw = p.kw;
  c.top = p.kh - 1 - (kept > 0 ? 0 : pad), c.left = p.kw - 1 - (kept > 0 ? 0 : pad);
  return c;
}

std::int64_t padded_count(const Correlation& c) {
  return checked_mul(checked_mul(c.n, checked_mul(c.oh, c.ow)), c.oc);
}

// Workspace in floats: packed filters unless cached, a patch for each thread, a padded gradient.
std::size_t float_bytes(std::int64_t count) {
  return static_cast<std::size_t>(checked_mul(count, sizeof(float)));
}

std::int64_t uncached_count(const Conv2dProblem& p, const DirectIsa& isa, const FilterView& view) {
  return p.filter_cached ? 0 : packed_count(isa, view);
}

// The packed filters: from the cache, or packed into `scratch`, which is moved past them.
const float* packed_filters(Context& context, const DirectIsa& isa, const FilterView& view,
                            FilterCache* cache, const char* direction, float*& scratch) {
  const std::int64_t count = packed_count(isa, view);
  if (cache == nullptr) {
    float* packed = scratch;
    scratch += count;
    pack_filter(context.threads(), isa, view, packed);
    return packed;
  }
  const auto make = [&] {
    Tensor packed = context.empty({count});
    pack_filter(context.threads(), isa, view, packed.data<float>());
    return packed;
  };
  return cache->get(fmt::format("conv2d.{}.cpu.direct.{}", direction, isa.name), make)
      .data<float>();
}

// grad_src[n, y, x] = the sum of padded over all places that show pixel (y, x).
void fold_border(ThreadPool& threads, const Conv2dProblem& p, const float* padded,
                 float* grad_src) {
  const std::int64_t pad = p.params.pad, padded_h = p.h + 2 * pad, padded_w = p.w + 2 * pad;
  parallel_for(threads, p.n * p.h, 1, [&](std::int64_t row, std::int64_t) {
    float* to = grad_src + row * p.w * p.ic;
    std::fill_n(to, p.w * p.ic, 0.0f);
    for (std::int64_t py = 0; py < padded_h; ++py) {
      if (padded_source(py - pad, p.h, p.params.pad_mode) != row % p.h) continue;
      const float* from = padded + (row / p.h * padded_h + py) * padded_w * p.ic;
      for (std::int64_t px = 0; px < padded_w; ++px, from += p.ic) {
        float* pixel = to + padded_source(px - pad, p.w, p.params.pad_mode) * p.ic;
        for (std::int64_t c = 0; c < p.ic; ++c) pixel[c] += from[c];
      }
    }
  });
}

}  // namespace

std::size_t forward_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p, int threads) {
  return float_bytes(checked_add(uncached_count(p, isa, forward_view(p, nullptr)),
                                 checked_mul(threads, patch_count(forward_correlation(p)))));
}

void forward_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                    const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = forward_correlation(p);
  c.src = args.src.data<float>();
  c.packed = packed_filters(context, isa, forward_view(p, args.wei.data<float>()), args.cache,
                            "fwd", scratch);
  c.bias = args.bias.defined() ? args.bias.data<float>() : nullptr;
  c.dst = args.dst.data<float>();
  c.mask = args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>();
  correlate(context.threads(), isa, c, scratch);
}

Support supports_backward_data_direct(const Conv2dProblem& p) {
  if (p.params.stride == 1) return Support::yes();
  return Support::no(fmt::format("needs stride 1, not {}", p.params.stride));
}

std::size_t backward_data_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p, int threads) {
  const Correlation c = backward_correlation(p);
  const std::int64_t patches = checked_mul(threads, patch_count(c));
  const std::int64_t padded = folds_border(p.params) ? padded_count(c) : 0;
  return float_bytes(checked_add(uncached_count(p, isa, backward_data_view(p, nullptr)),
                                 checked_add(patches, padded)));
}

void backward_data_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                          const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  float* grad_src = args.grad_src.data<float>();
  Correlation c = backward_correlation(p);
  c.src = args.grad_dst.data<float>();
  c.packed = packed_filters(context, isa, backward_data_view(p, args.wei.data<float>()), args.cache,
                            "bwd_data", scratch);
  if (!folds_border(p.params)) {
    c.dst = grad_src;
    return correlate(context.threads(), isa, c, scratch);
  }
  c.dst = scratch;
  correlate(context.threads(), isa, c, scratch + padded_count(c));
  fold_border(context.threads(), p, c.dst, grad_src);
}

}  // namespace impasto::conv2d_kernels
