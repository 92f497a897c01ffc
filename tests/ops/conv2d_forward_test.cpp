// Every forward kernel that this machine can run against the reference.
#include <cmath>

#include <doctest/doctest.h>

#include "tests/ops/conv2d_masks.h"
#include "tests/ops/conv2d_problems.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

struct Operands {
  Tensor src, wei, bias;
};

Operands make_operands(const Conv2dProblem& p, Tensor (*make)(const Shape&, DType, std::uint64_t)) {
  return {make(src_shape(p), DType::f32, 1), make(wei_shape(p), DType::f32, 2),
          make({p.oc}, DType::f32, 3)};
}

// What a call fuses varies with `variant`: ReLU or not, no pool or one of two, mask or not. Kernels
// that round their operands serve, too.
Conv2dProblem vary(Conv2dProblem problem, std::size_t variant) {
  problem.mixed = true;
  problem.params.relu = variant % 3 != 0;
  if (variant % 4 == 1 && can_pool(problem)) problem.params.pool = PoolKind::max;
  if (variant % 4 == 3 && can_pool(problem)) problem.params.pool = PoolKind::average;
  return problem;
}

Conv2dForward run(Context& context, const Conv2dForwardKernel& kernel, Conv2dProblem problem,
                  const Operands& operands, FilterCache* cache = nullptr) {
  problem.filter_cached = cache != nullptr;
  Conv2dForward result{poisoned(problem.dst_shape()), {}};
  if (problem.params.fused()) result.mask = Tensor::zeros(problem.mask_shape(), DType::bits);
  run_kernel(context, kernel, problem,
             {operands.src, operands.wei, operands.bias, result.dst,
              result.mask.defined() ? &result.mask : nullptr, cache});
  return result;
}

void check(const Comparison& comparison) {
  CHECK_MESSAGE(comparison.ok, comparison.message);
}

void check_equal(const Conv2dForward& got, const Conv2dForward& want) {
  check(compare_exact(got.dst, want.dst));
  if (want.mask.defined()) check(compare_exact(got.mask, want.mask));
}

TEST_CASE("conv2d forward kernels that only add products are exact on small integers") {
  Context context;
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    const Conv2dProblem problem = vary(plain, ++variant);
    const Operands operands = make_operands(problem, random_integers);
    const Conv2dForward want =
        run(context, reference_of(conv2d_forward_table()), problem, operands);
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      if (!kernel.info.exact) return;
      check_equal(run(context, kernel, problem, operands), want);
      FilterCache cache;
      check_equal(run(context, kernel, problem, operands, &cache), want);
      const std::size_t bytes = cache.bytes();
      check_equal(run(context, kernel, problem, operands, &cache), want);
      CHECK(cache.bytes() == bytes);
    });
  }
}

TEST_CASE("a result of conv2d that is too large for caches is exact") {
  Context context;
  const Conv2dProblem problem{1, 401, 331, 1, 64, 1, 1, {.relu = true}};
  const Operands operands = make_operands(problem, random_integers);
  const Conv2dForward want = run(context, reference_of(conv2d_forward_table()), problem, operands);
  for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
    check_equal(run(context, kernel, problem, operands), want);
  });
}

TEST_CASE("a large result of kernels that transform their operands is right to the last pixel") {
  Context context;
  const Conv2dProblem problem{1, 137, 123, 16, 64, 3, 3, {.pad = 1, .relu = true}};
  const Operands operands = make_operands(problem, random_tensor);
  const Conv2dForward want = run(context, reference_of(conv2d_forward_table()), problem, operands);
  for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
    if (kernel.info.exact) return;
    check(compare(run(context, kernel, problem, operands).dst, want.dst,
                  sum_tolerance(kernel.reduction_length(problem), operands.src, operands.wei)));
  });
}

TEST_CASE("every conv2d forward kernel is near the reference on random numbers") {
  Context context;
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    Conv2dProblem problem = vary(plain, variant++);
    const Operands operands = make_operands(problem, random_tensor);
    const Conv2dForward want =
        run(context, reference_of(conv2d_forward_table()), problem, operands);
    Conv2dProblem bare = problem;
    bare.params.relu = false, bare.params.pool.reset();
    const Tensor sums = run(context, reference_of(conv2d_forward_table()), bare, operands).dst;
    problem.filter_cached = true;
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      FilterCache cache;
      const Conv2dForward got = run(context, kernel, problem, operands, &cache);
      const double tolerance = sum_tolerance(kernel.reduction_length(problem), operands.src,
                                             operands.wei, kernel.info.operand_eps);
      check(compare(got.dst, want.dst, tolerance));
      if (got.mask.defined()) {
        const std::string wrong = wrong_mask(problem, got.mask, want.mask, sums, tolerance);
        CHECK_MESSAGE(wrong.empty(), wrong);
      }
    });
  }
}

TEST_CASE("conv2d forward gives the same bits for every number of threads") {
  Context one({.device = {}, .threads = 1}), two({.device = {}, .threads = 2}),
      three({.device = {}, .threads = 3});
  for (std::int64_t side : {12, 53}) {  // few tiles and many
    const Conv2dProblem problem{
        2, side, side - 3, 40, 72, 3, 3, {.pad = 1, .pad_mode = PadMode::reflect, .relu = true}};
    const Operands operands = make_operands(problem, random_tensor);
    Conv2dProblem cached = problem;
    cached.filter_cached = true;
    for_kernels(one, conv2d_forward_table(), cached, [&](const auto& kernel) {
      FilterCache cache;
      const Conv2dForward want = run(one, kernel, problem, operands, &cache);
      check_equal(run(two, kernel, problem, operands, &cache), want);
      check_equal(run(three, kernel, problem, operands, &cache), want);
    });
  }
}

TEST_CASE("a poisoned picture is not hidden by the fused ReLU") {
  Context context;
  Conv2dProblem problem{1, 2, 2, 3, 20, 1, 1, {.relu = true}};
  for (std::int64_t size : {1, 3}) {  // the second also for kernels that want 3x3
    problem.h = problem.w = 8, problem.ic = 16, problem.kh = problem.kw = size;
    problem.filter_cached = true;
    const Operands operands{Tensor::full(src_shape(problem), NAN),
                            random_tensor(wei_shape(problem), DType::f32, 2),
                            {}};
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      FilterCache cache;
      const Conv2dForward result = run(context, kernel, problem, operands, &cache);
      for (float value : result.dst.template values<float>()) CHECK(std::isnan(value));
      CHECK(compare_exact(result.mask, Tensor::zeros(problem.mask_shape(), DType::bits)).ok);
    });
  }
}

}  // namespace
}  // namespace impasto
