// Forward and backward-data by direct correlation, for each instruction set. Only ReLU and its mask
// are fused here; a pool, and the mask of an incoming gradient, are passes of their own.
#include "ops/conv2d/direct_kernels.h"
#include "ops/conv2d/epilogue.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

// Workspace in floats: packed filters unless cached, a patch for each thread, and one feature map
// for what is not fused or must be folded.
std::int64_t workspace_count(const DirectIsa& isa, const Conv2dProblem& p, const Correlation& c,
                             const FilterView& view, int threads) {
  const std::int64_t filters = p.filter_cached ? 0 : packed_count(isa, view);
  return checked_add(filters, checked_mul(threads, patch_count(c)));
}

const float* packed_filters(Context& context, const DirectIsa& isa, const FilterView& view,
                            FilterCache* cache, const char* direction, float*& scratch) {
  return prepared_filters(
      context, cache, fmt::format("conv2d.{}.cpu.direct.{}", direction, isa.name),
      packed_count(isa, view),
      [&](float* packed) { pack_filter(context.threads(), isa, view, packed); }, scratch);
}

std::int64_t out_count(const Conv2dProblem& p) {
  return checked_mul(checked_mul(p.n, checked_mul(p.oh(), p.ow())), p.oc);
}

// A result that no cache holds is written past them, without being read before. Vectors must be
// whole and aligned, and nobody must be about to read the result.
bool can_stream(const DirectIsa& isa, const Conv2dProblem& p, const Correlation& c) {
  constexpr std::int64_t kLargeFloats = 4 << 20;
  const bool aligned = reinterpret_cast<std::uintptr_t>(c.dst) % (isa.lanes * sizeof(float)) == 0;
  return aligned && p.oc % isa.lanes == 0 && out_count(p) >= kLargeFloats;
}

}  // namespace

std::size_t forward_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p, int threads) {
  const Correlation c = forward_correlation(p);
  const std::int64_t own = workspace_count(isa, p, c, forward_view(p, nullptr), threads);
  return float_bytes(checked_add(own, p.params.pool ? out_count(p) : 0));
}

void forward_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                    const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = forward_correlation(p);
  set_operands(c, args);
  c.packed = packed_filters(context, isa, forward_view(p, args.wei.data<float>()), args.cache,
                            "fwd", scratch);
  if (p.params.pool) {
    c.mask = nullptr;
    c.dst = scratch;
    scratch += out_count(p);
  }
  // Vectors own whole bytes of the mask when they are whole bytes wide and never cut short.
  const bool fused_mask = isa.lanes >= 8 && c.oc % isa.lanes == 0;
  if (!fused_mask) c.mask = nullptr;
  const bool mask_missing = args.mask != nullptr && c.mask == nullptr;
  c.stream = !p.params.pool && !mask_missing && can_stream(isa, p, c);
  correlate(context.threads(), isa, c, scratch);
  if (!mask_missing && !p.params.pool) return;
  std::uint64_t* mask = args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>();
  finish_outputs<float>(context.threads(), p, {c.dst, args.dst.data<float>(), mask});
}

Support supports_backward_data_direct(const Conv2dProblem& p) {
  if (p.params.stride == 1) return Support::yes();
  return Support::no(fmt::format("needs stride 1, not {}", p.params.stride));
}

std::size_t backward_data_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p, int threads) {
  const Correlation c = backward_correlation(p);
  const std::int64_t own = workspace_count(isa, p, c, backward_data_view(p, nullptr), threads);
  const std::int64_t unfused = p.params.fused() ? out_count(p) : 0;
  return float_bytes(checked_add(own, checked_add(unfused, folded_count(p, c))));
}

void backward_data_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                          const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = backward_correlation(p);
  set_operands(c, args);
  c.packed = packed_filters(context, isa, backward_data_view(p, args.wei.data<float>()), args.cache,
                            "bwd_data", scratch);
  if (p.params.fused()) {
    unfuse_gradient<float>(context.threads(), p, {c.src, args.mask.data<std::uint64_t>(), scratch});
    c.src = scratch;
    scratch += out_count(p);
  }
  correlate_and_fold(context.threads(), p, c, scratch,
                     [&](float* rest) { correlate(context.threads(), isa, c, rest); });
}

}  // namespace impasto::conv2d_kernels
