// conv2d forward: every kernel against the reference, with what a call fuses varied.
#include <cmath>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"
#include "tools/verify/conv2d_masks.h"
#include "tools/verify/conv2d_problems.h"

namespace impasto::verify {
namespace {

using namespace test;

struct Operands {
  Tensor src, wei, bias;
};

Operands make_operands(const Session& s, Fill fill, const Conv2dProblem& p) {
  return {s.make(fill, src_shape(p), DType::f32, 1), s.make(fill, wei_shape(p), DType::f32, 2),
          s.make(fill, {p.oc}, DType::f32, 3)};
}

// What a call fuses varies with `variant`: ReLU or not, no pool or one of two, mask or not. Kernels
// that round their operands or much serve, too.
Conv2dProblem vary(Conv2dProblem problem, std::size_t variant) {
  problem.mixed = problem.loose = true;
  problem.params.relu = variant % 3 != 0;
  if (variant % 4 == 1 && can_pool(problem)) problem.params.pool = PoolKind::max;
  if (variant % 4 == 3 && can_pool(problem)) problem.params.pool = PoolKind::average;
  return problem;
}

Conv2dForward outputs(const Conv2dProblem& p) {
  Conv2dForward result{poisoned(p.dst_shape()), {}};
  if (p.params.fused()) result.mask = Tensor::zeros(p.mask_shape(), DType::bits);
  return result;
}

Conv2dForwardArgs arguments(const Operands& o, Conv2dForward& result, FilterCache* cache) {
  Tensor* mask = result.mask.defined() ? &result.mask : nullptr;
  return {o.src, o.wei, o.bias, result.dst, mask, cache};
}

template <class Kernel>
Conv2dForward run(Kernel& kernel, Conv2dProblem p, const Operands& operands,
                  FilterCache* cache = nullptr) {
  p.filter_cached = cache != nullptr;
  Conv2dForward result = outputs(p);
  kernel.run(p, arguments(operands, result, cache));
  return result;
}

Conv2dForward reference(Session& s, Conv2dProblem p, const Operands& operands) {
  p.filter_cached = false;
  Conv2dForward result = outputs(p);
  s.reference(conv2d_forward_table(), p, arguments(operands, result, nullptr));
  return result;
}

template <class Kernel>
void check_equal(Kernel& kernel, std::string_view what, const Conv2dForward& got,
                 const Conv2dForward& want) {
  kernel.check(what, compare_exact(got.dst, want.dst));
  if (want.mask.defined()) kernel.check(what, compare_exact(got.mask, want.mask));
}

bool only_adds_products(const Conv2dForwardKernel& kernel) {
  return kernel.info.exact;
}
bool transforms(const Conv2dForwardKernel& kernel) {
  return !kernel.info.exact;
}

void exact(Session& s) {
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    const Conv2dProblem p = vary(plain, ++variant);
    const Operands operands = make_operands(s, Fill::integers, p);
    const Conv2dForward want = reference(s, p, operands);
    s.for_kernels(
        conv2d_forward_table(), p,
        [&](auto& kernel) {
          check_equal(kernel, "exact on integers", run(kernel, p, operands), want);
          FilterCache cache;
          const char* cached = "exact on integers with a cache";
          check_equal(kernel, cached, run(kernel, p, operands, &cache), want);
          const std::size_t bytes = cache.bytes();
          check_equal(kernel, cached, run(kernel, p, operands, &cache), want);
          kernel.check("fills its cache once", cache.bytes() == bytes);
        },
        only_adds_products);
  }
}

void large(Session& s) {
  const Conv2dProblem p{1, 401, 331, 1, 64, 1, 1, {.relu = true}};
  const Operands operands = make_operands(s, Fill::integers, p);
  const Conv2dForward want = reference(s, p, operands);
  s.for_kernels(conv2d_forward_table(), p, [&](auto& kernel) {
    check_equal(kernel, "exact when too large for caches", run(kernel, p, operands), want);
  });
}

void large_transformed(Session& s) {
  const Conv2dProblem p{1, 137, 123, 16, 64, 3, 3, {.pad = 1, .relu = true}};
  const Operands operands = make_operands(s, Fill::normal, p);
  const Conv2dForward want = reference(s, p, operands);
  s.for_kernels(
      conv2d_forward_table(), p,
      [&](auto& kernel) {
        kernel.check("a large result is right to the last pixel",
                     compare(run(kernel, p, operands).dst, want.dst,
                             sum_tolerance(kernel.length(), operands.src, operands.wei)));
      },
      transforms);
}

void normal(Session& s) {
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    Conv2dProblem p = vary(plain, variant++);
    const Operands operands = make_operands(s, Fill::normal, p);
    const Conv2dForward want = reference(s, p, operands);
    Conv2dProblem bare = p;
    bare.params.relu = false, bare.params.pool.reset();
    const Tensor sums = reference(s, bare, operands).dst;
    p.filter_cached = true;
    s.for_kernels(conv2d_forward_table(), p, [&](auto& kernel) {
      FilterCache cache;
      const Conv2dForward got = run(kernel, p, operands, &cache);
      const double tolerance =
          sum_tolerance(kernel.length(), operands.src, operands.wei, kernel.info.operand_eps);
      kernel.check("near the reference", compare(got.dst, want.dst, tolerance));
      if (!got.mask.defined()) return;
      const std::string wrong = wrong_mask(p, got.mask, want.mask, sums, tolerance);
      kernel.check("gives the mask of the reference", wrong.empty(), wrong);
    });
  }
}

void no_nan_hidden(Session& s) {
  Conv2dProblem p{1, 2, 2, 3, 20, 1, 1, {.relu = true}};
  for (std::int64_t size : {1, 3}) {  // the second also for kernels that want 3x3
    p.h = p.w = 8, p.ic = 16, p.kh = p.kw = size;
    p.filter_cached = true;
    const Operands operands{
        Tensor::full(src_shape(p), NAN), s.normal(wei_shape(p), DType::f32, 2), {}};
    s.for_kernels(conv2d_forward_table(), p, [&](auto& kernel) {
      FilterCache cache;
      const Conv2dForward got = run(kernel, p, operands, &cache);
      bool shows = true;
      for (float value : got.dst.template values<float>()) shows = shows && std::isnan(value);
      kernel.check("the fused ReLU hides no NaN", shows);
      kernel.check("masks NaN",
                   compare_exact(got.mask, Tensor::zeros(p.mask_shape(), DType::bits)));
    });
  }
}

void adjoint(Session& s) {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    const Conv2dAdjoint a(s, mode);
    s.for_kernels(conv2d_forward_table(), a.problem, [&](auto& kernel) {
      FilterCache cache;
      Tensor dst = poisoned(a.problem.dst_shape());
      kernel.run({a.src, a.wei, Tensor(), dst, nullptr, &cache});
      kernel.check("adjoint to the backward passes", near(inner(dst, a.grad), a.want, a.tolerance));
    });
  }
}

void threads(Session& s) {
  for (std::int64_t side : {22, 53}) {  // few tiles and many
    Conv2dProblem p{2,  side, side - 3, 40,
                    72, 3,    3,        {.pad = 1, .pad_mode = PadMode::reflect, .relu = true}};
    p.filter_cached = p.loose = true;
    const Operands operands = make_operands(s, Fill::normal, p);
    s.for_kernels(conv2d_forward_table(), p, [&](auto& kernel) {
      FilterCache cache;
      Conv2dForward result = outputs(p);
      kernel.check_same_bits(arguments(operands, result, &cache));
    });
  }
}

constexpr Case kCases[] = {
    {"conv2d.fwd", "exact on integers", exact},
    {"conv2d.fwd", "exact when too large for caches", large},
    {"conv2d.fwd", "a large result is right to the last pixel", large_transformed},
    {"conv2d.fwd", "near the reference", normal},
    {"conv2d.fwd", "the fused ReLU hides no NaN", no_nan_hidden},
    {"conv2d.fwd", "adjoint to the backward passes", adjoint},
    {"conv2d.fwd", "same bits", threads, Kind::threads},
};

}  // namespace

Cases conv2d_forward_cases() {
  return kCases;
}

}  // namespace impasto::verify
