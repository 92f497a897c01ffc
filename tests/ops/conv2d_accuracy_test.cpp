// How near conv2d's kernels are to f64 on what a layer of VGG sees: relu(N(0, 1)) going in and He's
// weights. Kernels that transform their operands are worse than those that only add products; how
// much worse is a promise, and bench/ops/conv2d_error.cpp prints what it really is.
#include <cmath>

#include <doctest/doctest.h>

#include "tensor/random.h"
#include "tests/ops/conv2d_problems.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr double kPromised = 5e-6;    // relative, Frobenius; with 512 channels
constexpr std::int64_t kSide = 24;    // several tiles of any kernel, and some at the border
constexpr std::int64_t kOthers = 64;  // channels that are not summed over

Conv2dProblem layer(std::int64_t ic, std::int64_t oc) {
  Conv2dProblem problem{1, kSide, kSide, ic, oc, 3, 3, {.pad = 1}};
  problem.filter_cached = true;
  return problem;
}

Tensor rectified(const Shape& shape) {
  Tensor tensor = random_tensor(shape, DType::f32, 1);
  for (float& value : tensor.values<float>()) value = std::max(value, 0.0f);
  return tensor;
}

Tensor he_weights(const Conv2dProblem& problem, std::int64_t summed) {
  Tensor wei = Tensor::empty(wei_shape(problem), DType::f32);
  fill_normal(wei, 2, 0, std::sqrt(2.0 / (9 * static_cast<double>(summed))));
  return wei;
}

// run(kernel, dtype) gives the result of a kernel from operands of that type. Returns how many
// kernels transform their operands.
template <class Table, class Run>
int check_kernels(Context& context, const Table& table, const Conv2dProblem& problem, Run run) {
  const auto& reference = reference_of(table);
  const Tensor want = run(reference, DType::f64);
  int transforming = 0;
  for_kernels(context, table, problem, [&](const auto& kernel) {
    if (&kernel == &reference) return;
    CHECK(relative_error(run(kernel, DType::f32), want) < kPromised);
    transforming += kernel.info.exact ? 0 : 1;
  });
  return transforming;
}

TEST_CASE("conv2d kernels keep the accuracy that is promised") {
  Context context;
  int transforming = 0;
  for (std::int64_t channels : {64, 256, 512}) {
    const Conv2dProblem forward = layer(channels, kOthers), backward = layer(kOthers, channels);
    const Tensor src = rectified(src_shape(forward)), grad = rectified(backward.dst_shape());
    const Tensor wei = he_weights(forward, channels), wei_back = he_weights(backward, channels);
    transforming += check_kernels(
        context, conv2d_forward_table(), forward, [&](const auto& kernel, DType dtype) {
          Conv2dProblem problem = forward;
          problem.dtype = dtype;
          Tensor dst = poisoned(problem.dst_shape(), dtype);
          FilterCache cache;
          run_kernel(context, kernel, problem,
                     {src.to(dtype), wei.to(dtype), {}, dst, nullptr, &cache});
          return dst;
        });
    transforming += check_kernels(
        context, conv2d_backward_data_table(), backward, [&](const auto& kernel, DType dtype) {
          Conv2dProblem problem = backward;
          problem.dtype = dtype;
          Tensor grad_src = poisoned(src_shape(problem), dtype);
          FilterCache cache;
          run_kernel(context, kernel, problem,
                     {grad.to(dtype), {}, wei_back.to(dtype), grad_src, &cache});
          return grad_src;
        });
  }
  if (context.features().has(Feature::avx2)) CHECK(transforming >= 6);  // else this tests nothing
}

}  // namespace
}  // namespace impasto
