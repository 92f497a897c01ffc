// Backward-data kernels that round to 16 bits: how far they may be off, and that no values make
// their sums overflow.
#include <algorithm>
#include <cmath>

#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"
#include "tools/verify/conv2d_masks.h"
#include "tools/verify/conv2d_problems.h"

namespace impasto::verify {
namespace {

using namespace test;

// Rounding leaves each operand off by 1 / 2^12 of its row's root mean square, and the transforms
// enlarge that some fourfold. Worst seen: 4e-4. Fewer bits than those are worse by themselves.
constexpr double kRelative = 1e-3;
double allowed(const KernelInfo& info) {
  return std::max(kRelative, 2 * info.operand_eps);  // of both operands
}

// Runs the kernel, and compares by norm with the reference.
template <class Kernel>
void check_near(Kernel& kernel, const Tensor& got, const Tensor& want, std::string_view what) {
  const double error = relative_error(got, want), bound = allowed(kernel.info);
  kernel.check(what, Comparison{error < bound, error / bound,
                                fmt::format("relative error {:.3g} of {:.3g}", error, bound)});
}

template <class Kernel>
Tensor run(Kernel& kernel, const Conv2dProblem& p, const Tensor& grad, const Tensor& mask,
           const Tensor& wei) {
  FilterCache cache;
  Tensor grad_src = poisoned(src_shape(p));
  kernel.run({grad, mask, wei, grad_src, &cache});
  return grad_src;
}

Tensor reference(Session& s, const Conv2dProblem& p, const Tensor& grad, const Tensor& mask,
                 const Tensor& wei) {
  FilterCache cache;
  Tensor grad_src = poisoned(src_shape(p));
  s.reference(conv2d_backward_data_table(), p, {grad, mask, wei, grad_src, &cache});
  return grad_src;
}

// Calls body(kernel) for those that serve only mixed precision.
template <class Body>
void for_mixed(Session& s, const Conv2dProblem& problem, Body body) {
  Conv2dProblem exact = problem;
  exact.mixed = false;
  const auto table = conv2d_backward_data_table();
  std::vector<Conv2dBackwardDataKernel> mixed;
  for (const auto& kernel : table.kernels) {
    if (!kernel.supports(exact).ok) mixed.push_back(kernel);
  }
  s.for_kernels(KernelTable<Conv2dProblem, Conv2dBackwardDataArgs>{table.name, mixed}, problem,
                body);
}

Conv2dProblem mixed(Conv2dProblem problem) {
  problem.filter_cached = problem.mixed = true;
  return problem;
}

void shapes(Session& s) {
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    Conv2dProblem p = mixed(plain);
    p.params.relu = variant % 2 == 0;
    if (variant % 3 != 0 && can_pool(p)) {
      p.params.pool = variant % 3 == 1 ? PoolKind::max : PoolKind::average;
    }
    ++variant;
    const Tensor grad = s.normal(p.dst_shape(), DType::f32, 1);
    const Tensor mask = p.params.fused() ? random_mask(p, 3) : Tensor();
    const Tensor wei = s.normal(wei_shape(p), DType::f32, 2);
    const Tensor want = reference(s, p, grad, mask, wei);
    for_mixed(s, p, [&](auto& kernel) {
      check_near(kernel, run(kernel, p, grad, mask, wei), want, "near the reference by norm");
    });
  }
}

void overflow(Session& s) {
  const Conv2dProblem p = mixed({1, 22, 22, 64, 512, 3, 3, {.pad = 1}});
  const Tensor ones = Tensor::full(p.dst_shape(), 1);
  Tensor one_large = s.normal(p.dst_shape(), DType::f32, 1);
  one_large.data<float>()[5] = 1e6f;
  const Tensor wei = Tensor::full(wei_shape(p), -1);
  for (const Tensor& grad : {ones, one_large}) {
    for (double scale : {1e-20, 1.0, 1e15}) {
      Tensor scaled = grad.clone();
      for (float& value : scaled.values<float>()) value *= static_cast<float>(scale);
      const Tensor want = reference(s, p, scaled, {}, wei);
      for_mixed(s, p, [&](auto& kernel) {
        check_near(kernel, run(kernel, p, scaled, {}, wei), want, "overflows for no values");
      });
    }
  }
}

void zero_and_nan(Session& s) {
  for (std::int64_t side : {22, 50}) {  // few tiles and many
    const Conv2dProblem p = mixed({1, side, side, 40, 72, 3, 3, {.pad = 1}});
    const Tensor wei = s.normal(wei_shape(p), DType::f32, 2);
    Tensor grad = s.normal(p.dst_shape(), DType::f32, 1);
    const Tensor zero = Tensor::zeros(p.dst_shape());
    for_mixed(s, p, [&](auto& kernel) {
      kernel.check("zero stays zero",
                   compare_exact(run(kernel, p, zero, {}, wei), Tensor::zeros(src_shape(p))));
      for (float bad : {NAN, INFINITY}) {
        grad.data<float>()[0] = bad;
        const Tensor result = run(kernel, p, grad, {}, wei);
        kernel.check("hides no NaN and no infinity", !std::isfinite(result.data<float>()[0]));
      }
    });
  }
}

void threads(Session& s) {
  for (std::int64_t side : {22, 50}) {
    const Conv2dProblem p = mixed({1, side, side, 40, 72, 3, 3, {.pad = 1}});
    const Tensor wei = s.normal(wei_shape(p), DType::f32, 2);
    const Tensor grad = s.normal(p.dst_shape(), DType::f32, 1);
    for_mixed(s, p, [&](auto& kernel) {
      FilterCache cache;
      Tensor grad_src = poisoned(src_shape(p));
      kernel.check_same_bits({grad, Tensor(), wei, grad_src, &cache});
    });
  }
}

constexpr Case kCases[] = {
    {"conv2d.bwd_data", "near the reference by norm", shapes},
    {"conv2d.bwd_data", "overflows for no values", overflow},
    {"conv2d.bwd_data", "zero stays zero, what is not finite shows", zero_and_nan},
    {"conv2d.bwd_data", "same bits in mixed precision", threads, Kind::threads},
};

}  // namespace

Cases conv2d_mixed_cases() {
  return kCases;
}

}  // namespace impasto::verify
