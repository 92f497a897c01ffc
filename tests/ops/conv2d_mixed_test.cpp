// Backward-data kernels that round to 16 bits: how far they may be off, and that no values make
// their sums overflow.
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

// Rounding leaves each operand off by 1 / 2^12 of its row's root mean square, and the transforms
// enlarge that some fourfold. Worst seen: 4e-4. Fewer bits than those are worse by themselves.
constexpr double kRelative = 1e-3;
double allowed(const KernelInfo& info) {
  return std::max(kRelative, 2 * info.operand_eps);  // of both operands
}

Tensor run(Context& context, const Conv2dBackwardDataKernel& kernel, const Conv2dProblem& problem,
           const Tensor& grad, const Tensor& mask, const Tensor& wei) {
  FilterCache cache;
  Tensor grad_src = poisoned(src_shape(problem));
  run_kernel(context, kernel, problem, {grad, mask, wei, grad_src, &cache});
  return grad_src;
}

// Calls body(kernel) for those that serve only mixed precision.
template <class Body>
void for_mixed(const Context& context, Conv2dProblem problem, Body body) {
  const auto table = conv2d_backward_data_table();
  Conv2dProblem exact = problem;
  exact.mixed = false;
  for_kernels(context, table, problem, [&](const auto& kernel) {
    if (!kernel.supports(exact).ok) body(kernel);
  });
}

Conv2dProblem mixed(Conv2dProblem problem) {
  problem.filter_cached = problem.mixed = true;
  return problem;
}

TEST_CASE("mixed kernels are near the reference for every shape, mask and pool") {
  Context context;
  std::size_t variant = 0;
  for (Conv2dProblem problem : conv2d_problems()) {
    problem = mixed(problem);
    problem.params.relu = variant % 2 == 0;
    if (variant % 3 != 0 && can_pool(problem)) {
      problem.params.pool = variant % 3 == 1 ? PoolKind::max : PoolKind::average;
    }
    ++variant;
    const Tensor grad = random_tensor(problem.dst_shape(), DType::f32, 1);
    const Tensor mask = problem.params.fused() ? random_mask(problem, 3) : Tensor();
    const Tensor wei = random_tensor(wei_shape(problem), DType::f32, 2);
    for_mixed(context, problem, [&](const auto& kernel) {
      const auto& reference = reference_of(conv2d_backward_data_table());
      const Tensor want = run(context, reference, problem, grad, mask, wei);
      CHECK(relative_error(run(context, kernel, problem, grad, mask, wei), want) <
            allowed(kernel.info));
    });
  }
}

TEST_CASE("sums of mixed kernels overflow for no values, and scales do not matter") {
  Context context;
  const Conv2dProblem problem = mixed({1, 12, 12, 64, 512, 3, 3, {.pad = 1}});
  const Tensor ones = Tensor::full(problem.dst_shape(), 1);
  Tensor one_large = random_tensor(problem.dst_shape(), DType::f32, 1);
  one_large.data<float>()[5] = 1e6f;
  for (const Tensor& grad : {ones, one_large}) {
    for (double scale : {1e-20, 1.0, 1e15}) {
      Tensor scaled = grad.clone();
      for (float& value : scaled.values<float>()) value *= static_cast<float>(scale);
      for_mixed(context, problem, [&](const auto& kernel) {
        const auto& reference = reference_of(conv2d_backward_data_table());
        const Tensor wei = Tensor::full(wei_shape(problem), -1);
        const Tensor want = run(context, reference, problem, scaled, {}, wei);
        CHECK(relative_error(run(context, kernel, problem, scaled, {}, wei), want) <
              allowed(kernel.info));
      });
    }
  }
}

TEST_CASE("mixed kernels: zero stays zero, what is not finite shows, and threads change nothing") {
  Context one({.device = {}, .threads = 1}), three({.device = {}, .threads = 3});
  for (std::int64_t side : {12, 53}) {  // few tiles and many
    const Conv2dProblem problem = mixed({1, side, side, 40, 72, 3, 3, {.pad = 1}});
    const Tensor wei = random_tensor(wei_shape(problem), DType::f32, 2);
    for_mixed(one, problem, [&](const auto& kernel) {
      const Tensor zero = Tensor::zeros(problem.dst_shape());
      CHECK(
          compare_exact(run(one, kernel, problem, zero, {}, wei), Tensor::zeros(src_shape(problem)))
              .ok);
      Tensor grad = random_tensor(problem.dst_shape(), DType::f32, 1);
      CHECK(compare_exact(run(three, kernel, problem, grad, {}, wei),
                          run(one, kernel, problem, grad, {}, wei))
                .ok);
      for (float bad : {NAN, INFINITY}) {
        grad.data<float>()[0] = bad;
        const Tensor result = run(one, kernel, problem, grad, {}, wei);
        CHECK_FALSE(std::isfinite(result.data<float>()[0]));
      }
    });
  }
}

}  // namespace
}  // namespace impasto
