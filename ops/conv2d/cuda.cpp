// From problems and tensors to what GPU kernels are given; see cuda.h.
#include "ops/conv2d/cuda.h"

#include <limits>

#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::conv2d_kernels {
namespace {

void check_here(const Context& context, const Tensor& operand, DType dtype) {
  IMPASTO_CHECK(
      !operand.defined() || (operand.device() == context.device() && operand.dtype() == dtype),
      "conv2d on {}: operand {} is {} on {}", to_string(context.device()),
      operand.shape().to_string(), to_string(operand.dtype()), to_string(operand.device()));
}

// Of either dtype.
const void* address(const Context& context, const Tensor& operand, DType dtype) {
  check_here(context, operand, dtype);
  return operand.defined() ? operand.raw() : nullptr;
}
void* address(const Context& context, Tensor& operand, DType dtype) {
  check_here(context, operand, dtype);
  return operand.defined() ? operand.raw() : nullptr;
}

const std::uint8_t* mask_address(const Context& context, const Tensor& mask) {
  return static_cast<const std::uint8_t*>(address(context, mask, DType::bits));
}

// Runs of outputs that a filter's gradient is summed over: as many as keep a large GPU busy with 8
// filters a thread, of 64 outputs at least.
std::int64_t filter_splits(const Conv2dProblem& p) {
  constexpr std::int64_t kElements = std::int64_t{1} << 21, kLeast = 64, kMost = 1024;
  const std::int64_t wanted = ceil_div(kElements, p.oc * p.kh * p.kw * p.ic);
  return std::min({wanted, ceil_div(p.n * p.oh() * p.ow(), kLeast), kMost});
}

std::int64_t filter_words(const GpuCorrelator& kernel, const FilterView& view) {
  const std::int64_t outputs = ceil_div(view.oc, kernel.block_o) * kernel.block_o;
  const std::int64_t inputs = ceil_div(view.ic, kernel.block_c) * kernel.block_c;
  const std::int64_t count =
      checked_mul(checked_mul(outputs, inputs), checked_mul(view.kh, view.kw));
  return ceil_div(kernel.element == GpuElement::f32 ? count : count / 2, 4) * 4;
}

void pack(Context& context, const GpuCorrelator& kernel, const FilterView& view, void* to) {
  const GpuPacking packing{gpu_view(view), kernel.block_o, kernel.block_c, kernel.element, to};
  if (kernel.inputs_inside) {
    IMPASTO_ON_GPU(context, pack_inputs_inside, packing);
  } else {
    IMPASTO_ON_GPU(context, pack_outputs_inside, packing);
  }
}

// From the cache, or packed at `scratch`, which is moved past them.
const void* packed_filters(Context& context, const GpuCorrelator& kernel, const FilterView& view,
                           FilterCache* cache, std::string_view direction, float*& scratch) {
  const std::int64_t words = filter_words(kernel, view);
  if (cache == nullptr) {
    float* to = scratch;
    scratch += words;
    pack(context, kernel, view, to);
    return to;
  }
  const auto make = [&] {
    Tensor filters = Tensor::empty({words}, DType::f32, context.device(), Lifetime::lasting);
    pack(context, kernel, view, filters.raw());
    return filters;
  };
  return cache->get(fmt::format("conv2d.{}.cuda.{}", direction, kernel.filters), make).raw();
}

}  // namespace

GpuBorder gpu_border(PadMode mode) {
  switch (mode) {
    case PadMode::zero:
      return GpuBorder::zero;
    case PadMode::reflect:
      return GpuBorder::reflect;
    case PadMode::replicate:
      return GpuBorder::replicate;
  }
  throw Error("unknown padding");
}

TilePool gpu_pool(const std::optional<PoolKind>& pool) {
  if (!pool) return TilePool::none;
  return *pool == PoolKind::max ? TilePool::max : TilePool::average;
}

Support fits_gpu(const Conv2dProblem& p) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t h = p.h + 2 * p.params.pad, w = p.w + 2 * p.params.pad;
  for (const std::int64_t count : {p.n * h * w * p.ic, p.n * p.oh() * p.ow() * p.oc}) {
    if (count > kMost) {
      return Support::no(fmt::format("{} elements are more than 32 bits count", count));
    }
  }
  return Support::yes();
}

Support supports_gpu_direct(const Conv2dProblem& p) {
  // 8 channels a block of the grid's second axis, pixels on the first.
  constexpr std::int64_t kChannels = 8 * 65535;
  constexpr std::int64_t kPixels = std::numeric_limits<std::int32_t>::max();
  if (std::max(p.ic, p.oc) > kChannels) {
    return Support::no(fmt::format("has at most {} channels", kChannels));
  }
  if (std::max(p.n * p.h * p.w, p.n * p.oh() * p.ow()) > kPixels) {
    return Support::no("has more pixels than 32 bits count");
  }
  return Support::yes();
}

void forward_gpu_direct(Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                        void*) {
  GpuDirect direct;
  direct.shape = gpu_convolution(p);
  direct.wide = p.dtype == DType::f64;
  direct.src = address(context, args.src, p.dtype);
  direct.wei = address(context, args.wei, p.dtype);
  direct.bias = address(context, args.bias, p.dtype);
  direct.dst = address(context, args.dst, p.dtype);
  if (args.mask != nullptr) {
    direct.mask = static_cast<std::uint8_t*>(address(context, *args.mask, DType::bits));
  }
  IMPASTO_ON_GPU(context, direct_forward, direct);
}

void backward_data_gpu_direct(Context& context, const Conv2dProblem& p,
                              const Conv2dBackwardDataArgs& args, void*) {
  GpuDirect direct;
  direct.shape = gpu_convolution(p);
  direct.wide = p.dtype == DType::f64;
  direct.src = address(context, args.grad_dst, p.dtype);
  direct.wei = address(context, args.wei, p.dtype);
  direct.mask_read = mask_address(context, args.mask);
  direct.dst = address(context, args.grad_src, p.dtype);
  IMPASTO_ON_GPU(context, direct_backward_data, direct);
}

std::size_t backward_filter_gpu_direct_bytes(const Conv2dProblem& p, int) {
  const std::int64_t splits = filter_splits(p), count = p.oc * p.kh * p.kw * p.ic;
  return splits == 1 ? 0 : storage_bytes(p.dtype, checked_mul(splits, count));
}

void backward_filter_gpu_direct(Context& context, const Conv2dProblem& p,
                                const Conv2dBackwardFilterArgs& args, void* workspace) {
  GpuDirect direct;
  direct.shape = gpu_convolution(p);
  direct.wide = p.dtype == DType::f64;
  direct.src = address(context, args.src, p.dtype);
  direct.grad_dst = address(context, args.grad_dst, p.dtype);
  direct.dst = address(context, args.grad_wei, p.dtype);
  direct.partial = workspace;
  direct.splits = static_cast<int>(filter_splits(p));
  IMPASTO_ON_GPU(context, direct_backward_filter, direct);
}

void unfuse_gradient_gpu(Context& context, const Conv2dProblem& p, const Conv2dUpstream& upstream,
                         Tensor& grad) {
  GpuDirect direct;
  direct.shape = gpu_convolution(p);
  direct.wide = p.dtype == DType::f64;
  direct.src = address(context, upstream.grad_dst, p.dtype);
  direct.mask_read = mask_address(context, upstream.mask);
  direct.dst = address(context, grad, p.dtype);
  IMPASTO_ON_GPU(context, backward_activation, direct);
}

void finish_outputs_gpu(Context& context, const Conv2dProblem& p, const Tensor& out, Tensor& dst,
                        Tensor* mask) {
  GpuFinish finish;
  finish.shape = gpu_convolution(p);
  finish.out = gpu_data<float>(context, out);
  finish.dst = gpu_data<float>(context, dst);
  if (mask != nullptr) {
    finish.mask = static_cast<std::uint8_t*>(address(context, *mask, DType::bits));
  }
  IMPASTO_ON_GPU(context, finish_outputs, finish);
}

GpuConvolution gpu_convolution(const Conv2dProblem& p) {
  GpuConvolution s;
  s.n = static_cast<int>(p.n), s.h = static_cast<int>(p.h), s.w = static_cast<int>(p.w);
  s.ic = static_cast<int>(p.ic), s.oc = static_cast<int>(p.oc);
  s.oh = static_cast<int>(p.oh()), s.ow = static_cast<int>(p.ow());
  s.kh = static_cast<int>(p.kh), s.kw = static_cast<int>(p.kw);
  s.stride = static_cast<int>(p.params.stride), s.pad = static_cast<int>(p.params.pad);
  s.border = gpu_border(p.params.pad_mode);
  s.relu = p.params.relu;
  s.pool = gpu_pool(p.params.pool);
  return s;
}

GpuCorrelation gpu_correlation(const Correlation& c) {
  GpuCorrelation g;
  g.n = static_cast<int>(c.n), g.h = static_cast<int>(c.h), g.w = static_cast<int>(c.w);
  g.ic = static_cast<int>(c.ic), g.oc = static_cast<int>(c.oc);
  g.oh = static_cast<int>(c.oh), g.ow = static_cast<int>(c.ow);
  g.kh = static_cast<int>(c.kh), g.kw = static_cast<int>(c.kw);
  g.stride = static_cast<int>(c.stride);
  g.top = static_cast<int>(c.top), g.left = static_cast<int>(c.left);
  g.border = gpu_border(c.pad_mode);
  g.relu = c.relu;
  g.src_pool = gpu_pool(c.src_pool), g.dst_pool = gpu_pool(c.dst_pool);
  return g;
}

GpuFilterView gpu_view(const FilterView& view) {
  return {view.first,
          static_cast<int>(view.oc),
          static_cast<int>(view.kh),
          static_cast<int>(view.kw),
          static_cast<int>(view.ic),
          view.o_step,
          view.i_step,
          view.j_step,
          view.c_step};
}

void set_gpu_operands(const Context& context, GpuCorrelation& c, const Conv2dForwardArgs& args) {
  c.src = gpu_data<float>(context, args.src);
  c.bias = gpu_data<float>(context, args.bias);
  c.dst = gpu_data<float>(context, args.dst);
  if (args.mask != nullptr) {
    c.mask = static_cast<std::uint8_t*>(address(context, *args.mask, DType::bits));
  }
}

void set_gpu_operands(const Context& context, GpuCorrelation& c,
                      const Conv2dBackwardDataArgs& args) {
  c.src = gpu_data<float>(context, args.grad_dst);
  c.src_mask = mask_address(context, args.mask);
  c.dst = gpu_data<float>(context, args.grad_src);
}

void correlate_and_fold_gpu(Context& context, const Conv2dProblem& p, GpuCorrelation& c,
                            float* scratch, const std::function<void(float* rest)>& run) {
  if (!folds_border(p.params)) return run(scratch);
  GpuFold fold;
  fold.n = static_cast<int>(p.n), fold.h = static_cast<int>(p.h), fold.w = static_cast<int>(p.w);
  fold.channels = static_cast<int>(p.ic), fold.pad = static_cast<int>(p.params.pad);
  fold.border = gpu_border(p.params.pad_mode);
  fold.padded = scratch;
  fold.dst = c.dst;
  c.dst = scratch;
  run(scratch + folded_count(p, backward_correlation(p)));
  IMPASTO_ON_GPU(context, fold_border, fold);
}

std::size_t forward_gpu_bytes(GpuChoice choice, const Conv2dProblem& p) {
  if (p.filter_cached) return 0;
  return float_bytes(filter_words(choice(forward_correlation(p)), forward_view(p, nullptr)));
}

void forward_gpu(GpuChoice choice, Context& context, const Conv2dProblem& p,
                 const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  const Correlation c = forward_correlation(p);
  const GpuCorrelator& kernel = choice(c);
  GpuCorrelation g = gpu_correlation(c);
  set_gpu_operands(context, g, args);
  g.filters = packed_filters(context, kernel, forward_view(p, gpu_data<float>(context, args.wei)),
                             args.cache, "fwd", scratch);
  kernel.run(context, g);
}

std::size_t backward_data_gpu_bytes(GpuChoice choice, const Conv2dProblem& p) {
  const Correlation c = backward_correlation(p);
  const std::int64_t filters =
      p.filter_cached ? 0 : filter_words(choice(c), backward_data_view(p, nullptr));
  return float_bytes(checked_add(filters, folded_count(p, c)));
}

void backward_data_gpu(GpuChoice choice, Context& context, const Conv2dProblem& p,
                       const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  const Correlation c = backward_correlation(p);
  const GpuCorrelator& kernel = choice(c);
  GpuCorrelation g = gpu_correlation(c);
  set_gpu_operands(context, g, args);
  g.filters =
      packed_filters(context, kernel, backward_data_view(p, gpu_data<float>(context, args.wei)),
                     args.cache, "bwd_data", scratch);
  correlate_and_fold_gpu(context, p, g, scratch, [&](float*) { kernel.run(context, g); });
}

}  // namespace impasto::conv2d_kernels
