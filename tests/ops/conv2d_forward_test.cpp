// Every forward kernel that this machine can run against the reference.
#include <cmath>

#include <doctest/doctest.h>

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

// What a call fuses varies with `variant`: bias, ReLU, ReLU with mask.
Conv2dForward run(Context& context, const Conv2dForwardKernel& kernel, Conv2dProblem problem,
                  const Operands& operands, std::size_t variant, FilterCache* cache = nullptr) {
  problem.params.relu = variant % 3 != 0;
  problem.filter_cached = cache != nullptr;
  Conv2dForward result{poisoned(dst_shape(problem)), {}};
  if (variant % 3 == 2) result.mask = Tensor::zeros(dst_shape(problem), DType::bits);
  const Tensor bias = variant % 2 == 0 ? operands.bias : Tensor();
  run_kernel(context, kernel, problem,
             {operands.src, operands.wei, bias, result.dst,
              result.mask.defined() ? &result.mask : nullptr, cache});
  return result;
}

void check_equal(const Conv2dForward& got, const Conv2dForward& want) {
  const Comparison dst = compare_exact(got.dst, want.dst);
  CHECK_MESSAGE(dst.ok, dst.message);
  if (!want.mask.defined()) return;
  const Comparison mask = compare_exact(got.mask, want.mask);
  CHECK_MESSAGE(mask.ok, mask.message);
}

TEST_CASE("every conv2d forward kernel is exact on small integers") {
  Context context;
  std::size_t variant = 0;
  for (const Conv2dProblem& problem : conv2d_problems()) {
    const Operands operands{random_integers(src_shape(problem), DType::f32, 1),
                            random_integers(wei_shape(problem), DType::f32, 2),
                            random_integers({problem.oc}, DType::f32, 3)};
    ++variant;
    const Conv2dForward want =
        run(context, reference_of(conv2d_forward_table()), problem, operands, variant);
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      CAPTURE(variant);
      check_equal(run(context, kernel, problem, operands, variant), want);
      FilterCache cache;
      check_equal(run(context, kernel, problem, operands, variant, &cache), want);
      const std::size_t bytes = cache.bytes();
      check_equal(run(context, kernel, problem, operands, variant, &cache), want);
      CHECK(cache.bytes() == bytes);
    });
  }
}

TEST_CASE("every conv2d forward kernel is near the reference on random numbers") {
  Context context;
  for (const Conv2dProblem& problem : conv2d_problems()) {
    const Operands operands{random_tensor(src_shape(problem), DType::f32, 1),
                            random_tensor(wei_shape(problem), DType::f32, 2),
                            random_tensor({problem.oc}, DType::f32, 3)};
    const Tensor want =
        run(context, reference_of(conv2d_forward_table()), problem, operands, 4).dst;
    for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
      const Tensor got = run(context, kernel, problem, operands, 4).dst;
      const Comparison near = compare(
          got, want, sum_tolerance(kernel.reduction_length(problem), operands.src, operands.wei));
      CHECK_MESSAGE(near.ok, near.message);
    });
  }
}

TEST_CASE("conv2d forward gives the same bits for every number of threads") {
  Context one({.device = {}, .threads = 1}), two({.device = {}, .threads = 2}),
      three({.device = {}, .threads = 3});
  const Conv2dProblem problem{2, 40, 37, 40, 72, 3, 3, {.pad = 1, .pad_mode = PadMode::reflect}};
  const Operands operands{random_tensor(src_shape(problem), DType::f32, 1),
                          random_tensor(wei_shape(problem), DType::f32, 2),
                          random_tensor({problem.oc}, DType::f32, 3)};
  for_kernels(one, conv2d_forward_table(), problem, [&](const auto& kernel) {
    const Conv2dForward want = run(one, kernel, problem, operands, 2);
    check_equal(run(two, kernel, problem, operands, 2), want);
    check_equal(run(three, kernel, problem, operands, 2), want);
  });
}

TEST_CASE("a poisoned picture is not hidden by the fused ReLU") {
  Context context;
  const Conv2dProblem problem{1, 2, 2, 3, 20, 1, 1, {.relu = true}};
  const Operands operands{
      Tensor::full(src_shape(problem), NAN), random_tensor(wei_shape(problem), DType::f32, 2), {}};
  for_kernels(context, conv2d_forward_table(), problem, [&](const auto& kernel) {
    const Conv2dForward result = run(context, kernel, problem, operands, 5);
    for (float value : result.dst.values<float>()) CHECK(std::isnan(value));
    CHECK(compare_exact(result.mask, Tensor::zeros(dst_shape(problem), DType::bits)).ok);
  });
}

}  // namespace
}  // namespace impasto
