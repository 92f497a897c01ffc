// Every backward kernel that this machine can run against the reference, and the adjoint identity
// at a size where the reference would be slow.
#include <cmath>

#include <doctest/doctest.h>

#include "tests/ops/conv2d_masks.h"
#include "tests/ops/conv2d_problems.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

struct Upstream {
  Tensor grad, mask;
};

// What was fused in the forward pass varies with `variant`. Kernels that round their operands
// serve, too.
Conv2dProblem vary(Conv2dProblem problem, std::size_t variant) {
  problem.mixed = true;
  problem.params.relu = variant % 4 == 1 || variant % 4 == 2;
  if (variant % 4 == 2 && can_pool(problem)) problem.params.pool = PoolKind::max;
  if (variant % 4 == 3 && can_pool(problem)) problem.params.pool = PoolKind::average;
  return problem;
}

Upstream make_upstream(const Conv2dProblem& problem,
                       Tensor (*make)(const Shape&, DType, std::uint64_t)) {
  return {make(problem.dst_shape(), DType::f32, 1),
          problem.params.fused() ? random_mask(problem, 3) : Tensor()};
}

Tensor run_data(Context& context, const Conv2dBackwardDataKernel& kernel, Conv2dProblem problem,
                const Upstream& upstream, const Tensor& wei, FilterCache* cache = nullptr) {
  problem.filter_cached = cache != nullptr;
  Tensor grad_src = poisoned(src_shape(problem));
  run_kernel(context, kernel, problem, {upstream.grad, upstream.mask, wei, grad_src, cache});
  return grad_src;
}

Tensor run_filter(Context& context, const Conv2dBackwardFilterKernel& kernel,
                  const Conv2dProblem& problem, const Tensor& src, const Tensor& grad_dst) {
  Tensor grad_wei = poisoned(wei_shape(problem));
  run_kernel(context, kernel, problem, {src, grad_dst, grad_wei});
  return grad_wei;
}

void check(const Comparison& comparison) {
  CHECK_MESSAGE(comparison.ok, comparison.message);
}

TEST_CASE("conv2d backward-data kernels that only add products are exact on small integers") {
  Context context;
  const auto table = conv2d_backward_data_table();
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    const Conv2dProblem problem = vary(plain, variant++);
    const Upstream upstream = make_upstream(problem, random_integers);
    const Tensor wei = random_integers(wei_shape(problem), DType::f32, 2);
    const Tensor want = run_data(context, reference_of(table), problem, upstream, wei);
    for_kernels(context, table, problem, [&](const auto& kernel) {
      if (!kernel.info.exact) return;
      FilterCache cache;
      check(compare_exact(run_data(context, kernel, problem, upstream, wei), want));
      check(compare_exact(run_data(context, kernel, problem, upstream, wei, &cache), want));
      check(compare_exact(run_data(context, kernel, problem, upstream, wei, &cache), want));
    });
  }
}

TEST_CASE("every conv2d backward-data kernel is near the reference on random numbers") {
  Context context;
  const auto table = conv2d_backward_data_table();
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    Conv2dProblem problem = vary(plain, variant++);
    const Upstream upstream = make_upstream(problem, random_tensor);
    const Tensor wei = random_tensor(wei_shape(problem), DType::f32, 2);
    const Tensor want = run_data(context, reference_of(table), problem, upstream, wei);
    problem.filter_cached = true;
    for_kernels(context, table, problem, [&](const auto& kernel) {
      FilterCache cache;
      check(compare(run_data(context, kernel, problem, upstream, wei, &cache), want,
                    sum_tolerance(kernel.reduction_length(problem), upstream.grad, wei,
                                  kernel.info.operand_eps)));
    });
  }
}

// GPU kernels take large tiles for these: of channels that are no whole vectors, filters that leave
// tiles half empty and runs of outputs that are no whole chunks; and of a single run.
std::vector<Conv2dProblem> filter_problems() {
  const Conv2dParams strided{.stride = 2, .pad = 1, .pad_mode = PadMode::replicate};
  std::vector<Conv2dProblem> problems = conv2d_problems();
  problems.push_back({2, 69, 67, 42, 70, 3, 3, strided});
  problems.push_back({1, 2, 3, 128, 960, 3, 3, {.pad = 1}});
  return problems;
}

TEST_CASE("every conv2d backward-filter kernel equals the reference") {
  Context context;
  const auto table = conv2d_backward_filter_table();
  for (Conv2dProblem problem : filter_problems()) {
    CAPTURE(problem.to_string());
    problem.mixed = true;  // kernels that round their operands serve, too
    const Tensor whole_src = random_integers(src_shape(problem), DType::f32, 1);
    const Tensor whole_grad = random_integers(problem.dst_shape(), DType::f32, 2);
    const Tensor src = random_tensor(src_shape(problem), DType::f32, 1);
    const Tensor grad = random_tensor(problem.dst_shape(), DType::f32, 2);
    const Tensor exact = run_filter(context, reference_of(table), problem, whole_src, whole_grad);
    const Tensor want = run_filter(context, reference_of(table), problem, src, grad);
    for_kernels(context, table, problem, [&](const auto& kernel) {
      check(compare_exact(run_filter(context, kernel, problem, whole_src, whole_grad), exact));
      check(compare(
          run_filter(context, kernel, problem, src, grad), want,
          sum_tolerance(kernel.reduction_length(problem), src, grad, kernel.info.operand_eps)));
    });
  }
}

TEST_CASE("forward, backward-data and backward-filter are adjoint") {
  Context context;
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    CAPTURE(to_string(mode));
    Conv2dProblem problem{2, 33, 47, 48, 80, 3, 3, {.pad = 1, .pad_mode = mode}};
    problem.filter_cached = true;
    const Tensor src = random_tensor(src_shape(problem), DType::f32, 1);
    const Tensor wei = random_tensor(wei_shape(problem), DType::f32, 2);
    const Tensor grad = random_tensor(problem.dst_shape(), DType::f32, 3);
    FilterCache cache;
    const Tensor dst = conv2d_forward(context, src, wei, {}, problem.params, false, &cache).dst;
    const double want = inner(dst, grad);
    // Rounding of dst, |dst| |grad| being the scale of the sum.
    const double near = 1e-6 * std::sqrt(inner(dst, dst) * inner(grad, grad));
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      FilterCache own;
      Tensor result = poisoned(problem.dst_shape());
      run_kernel(context, kernel, problem, {src, wei, {}, result, nullptr, &own});
      CHECK(std::abs(inner(result, grad) - want) < near);
    });
    for_kernels(context, conv2d_backward_data_table(), problem, [&](const auto& kernel) {
      const Tensor grad_src = run_data(context, kernel, problem, {grad, {}}, wei, &cache);
      CHECK(std::abs(inner(src, grad_src) - want) < near);
    });
    for_kernels(context, conv2d_backward_filter_table(), problem, [&](const auto& kernel) {
      CHECK(std::abs(inner(wei, run_filter(context, kernel, problem, src, grad)) - want) < near);
    });
  }
}

TEST_CASE("conv2d backward gives the same bits for every number of threads") {
  Context one({.device = {}, .threads = 1}), two({.device = {}, .threads = 2}),
      three({.device = {}, .threads = 3});
  const Conv2dParams reflect{.pad = 1, .pad_mode = PadMode::reflect};
  for (std::int64_t side : {12, 53}) {  // few tiles and many
    Conv2dProblem problem = vary({2, side, side - 3, 40, 72, 3, 3, reflect}, 2);
    problem.filter_cached = true;
    const Upstream upstream = make_upstream(problem, random_tensor);
    const Tensor wei = random_tensor(wei_shape(problem), DType::f32, 2);
    for_kernels(one, conv2d_backward_data_table(), problem, [&](const auto& kernel) {
      FilterCache cache;
      const Tensor want = run_data(one, kernel, problem, upstream, wei, &cache);
      check(compare_exact(run_data(two, kernel, problem, upstream, wei, &cache), want));
      check(compare_exact(run_data(three, kernel, problem, upstream, wei, &cache), want));
    });
  }
  const Conv2dProblem problem{2, 40, 37, 40, 72, 3, 3, reflect};
  const Tensor src = random_tensor(src_shape(problem), DType::f32, 1);
  const Tensor grad = random_tensor(problem.dst_shape(), DType::f32, 3);
  for_kernels(one, conv2d_backward_filter_table(), problem, [&](const auto& kernel) {
    const Tensor want = run_filter(one, kernel, problem, src, grad);
    check(compare_exact(run_filter(two, kernel, problem, src, grad), want));
    check(compare_exact(run_filter(three, kernel, problem, src, grad), want));
  });
}

}  // namespace
}  // namespace impasto
