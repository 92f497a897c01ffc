// Mask and pool of finished outputs: the GPU's pass against the processor's, to the bit.
#include <doctest/doctest.h>

#include "ops/conv2d/cuda.h"
#include "ops/conv2d/epilogue.h"
#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/conv2d_problems.h"

namespace impasto {
namespace {

using namespace test;
using namespace verify;

struct Finished {
  Tensor dst, mask;
};

Finished empty_for(const Conv2dProblem& p, bool want_mask) {
  return {p.params.pool ? poisoned(p.dst_shape()) : Tensor(),
          want_mask ? Tensor::zeros(p.mask_shape(), DType::bits) : Tensor()};
}

Finished on_processor(const Conv2dProblem& p, const Tensor& out, bool want_mask) {
  Context context;
  Finished result = empty_for(p, want_mask);
  conv2d_kernels::finish_outputs<float>(
      context.threads(), p,
      {out.data<float>(), p.params.pool ? result.dst.data<float>() : nullptr,
       want_mask ? result.mask.data<std::uint64_t>() : nullptr});
  return result;
}

Finished on_gpu(const Conv2dProblem& p, const Tensor& out, bool want_mask) {
  const Finished home = empty_for(p, want_mask);
  static Context context({.device = test_device({DeviceType::simt})});
  Finished result{home.dst.to(context.device()), home.mask.to(context.device())};
  conv2d_kernels::finish_outputs_gpu(context, p, out.to(context.device()), result.dst,
                                     want_mask ? &result.mask : nullptr);
  return {result.dst.to(Device{}), result.mask.to(Device{})};
}

void check_same(const Conv2dProblem& p, bool want_mask) {
  INFO(p.to_string());
  Tensor out = random_tensor(out_shape(p), DType::f32, 5);
  if (p.params.relu) {
    for (float& value : out.values<float>()) value = value > 0 ? value : 0;
  }
  const Finished want = on_processor(p, out, want_mask), got = on_gpu(p, out, want_mask);
  if (p.params.pool) CHECK_MESSAGE(compare_exact(got.dst, want.dst).ok, "dst");
  if (!want_mask) return;
  const auto bytes = [](const Tensor& mask) {
    return std::string_view(static_cast<const char*>(mask.raw()), mask.bytes());
  };
  CHECK_MESSAGE((bytes(got.mask) == bytes(want.mask)), "mask");
}

TEST_CASE("the GPU finishes outputs as the processor does") {
  std::size_t variant = 0;
  for (Conv2dProblem p : conv2d_problems()) {
    p.params.relu = variant % 2 == 0;
    if (can_pool(p) && variant % 3 != 0) {
      p.params.pool = variant % 3 == 1 ? PoolKind::max : PoolKind::average;
    }
    if (p.params.fused()) check_same(p, variant % 5 != 0 || !p.params.pool);
    ++variant;
  }
}

}  // namespace
}  // namespace impasto
