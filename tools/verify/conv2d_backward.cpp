// conv2d backward: every kernel against the reference, and the adjoint identity at a size where the
// reference would be slow.
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"
#include "tools/verify/conv2d_masks.h"
#include "tools/verify/conv2d_problems.h"

namespace impasto::verify {
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

Upstream make_upstream(const Session& s, Fill fill, const Conv2dProblem& p) {
  return {s.make(fill, p.dst_shape(), DType::f32, 1),
          p.params.fused() ? random_mask(p, 3) : Tensor()};
}

template <class Kernel>
Tensor run(Kernel& kernel, Conv2dProblem p, const Upstream& upstream, const Tensor& wei,
           FilterCache* cache = nullptr) {
  p.filter_cached = cache != nullptr;
  Tensor grad_src = poisoned(src_shape(p));
  kernel.run(p, {upstream.grad, upstream.mask, wei, grad_src, cache});
  return grad_src;
}

Tensor reference(Session& s, const Conv2dProblem& p, const Upstream& upstream, const Tensor& wei) {
  Tensor grad_src = poisoned(src_shape(p));
  s.reference(conv2d_backward_data_table(), p,
              {upstream.grad, upstream.mask, wei, grad_src, nullptr});
  return grad_src;
}

bool only_adds_products(const Conv2dBackwardDataKernel& kernel) {
  return kernel.info.exact;
}

void exact(Session& s) {
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    const Conv2dProblem p = vary(plain, variant++);
    const Upstream upstream = make_upstream(s, Fill::integers, p);
    const Tensor wei = s.integers(wei_shape(p), DType::f32, 2);
    const Tensor want = reference(s, p, upstream, wei);
    s.for_kernels(
        conv2d_backward_data_table(), p,
        [&](auto& kernel) {
          FilterCache cache;
          kernel.check("exact on integers", compare_exact(run(kernel, p, upstream, wei), want));
          for (int time = 0; time < 2; ++time) {  // the second reads what the first cached
            kernel.check("exact on integers with a cache",
                         compare_exact(run(kernel, p, upstream, wei, &cache), want));
          }
        },
        only_adds_products);
  }
}

void normal(Session& s) {
  std::size_t variant = 0;
  for (const Conv2dProblem& plain : conv2d_problems()) {
    Conv2dProblem p = vary(plain, variant++);
    const Upstream upstream = make_upstream(s, Fill::normal, p);
    const Tensor wei = s.normal(wei_shape(p), DType::f32, 2);
    const Tensor want = reference(s, p, upstream, wei);
    p.filter_cached = true;
    s.for_kernels(conv2d_backward_data_table(), p, [&](auto& kernel) {
      FilterCache cache;
      kernel.check("near the reference", compare(run(kernel, p, upstream, wei, &cache), want,
                                                 sum_tolerance(kernel.length(), upstream.grad, wei,
                                                               kernel.info.operand_eps)));
    });
  }
}

void adjoint(Session& s) {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    const Conv2dAdjoint a(s, mode);
    s.for_kernels(conv2d_backward_data_table(), a.problem, [&](auto& kernel) {
      FilterCache cache;
      const Tensor grad_src = run(kernel, a.problem, {a.grad, {}}, a.wei, &cache);
      kernel.check("adjoint to the forward pass",
                   near(inner(a.src, grad_src), a.want, a.tolerance));
    });
  }
}

void threads(Session& s) {
  const Conv2dParams reflect{.pad = 1, .pad_mode = PadMode::reflect};
  for (std::int64_t side : {22, 53}) {  // few tiles and many
    Conv2dProblem p = vary({2, side, side - 3, 40, 72, 3, 3, reflect}, 2);
    p.filter_cached = true;
    const Upstream upstream = make_upstream(s, Fill::normal, p);
    const Tensor wei = s.normal(wei_shape(p), DType::f32, 2);
    s.for_kernels(conv2d_backward_data_table(), p, [&](auto& kernel) {
      FilterCache cache;
      Tensor grad_src = poisoned(src_shape(p));
      kernel.check_same_bits({upstream.grad, upstream.mask, wei, grad_src, &cache});
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

void filter(Session& s) {
  const auto table = conv2d_backward_filter_table();
  for (Conv2dProblem p : filter_problems()) {
    p.mixed = true;  // kernels that round their operands serve, too
    const Tensor whole_src = s.integers(src_shape(p), DType::f32, 1);
    const Tensor whole_grad = s.integers(p.dst_shape(), DType::f32, 2);
    const Tensor src = s.normal(src_shape(p), DType::f32, 1);
    const Tensor grad = s.normal(p.dst_shape(), DType::f32, 2);
    Tensor whole = poisoned(wei_shape(p)), want = poisoned(wei_shape(p));
    s.reference(table, p, {whole_src, whole_grad, whole});
    s.reference(table, p, {src, grad, want});
    s.for_kernels(table, p, [&](auto& kernel) {
      Tensor got = poisoned(wei_shape(p));
      kernel.run({whole_src, whole_grad, got});
      kernel.check("exact on integers", compare_exact(got, whole));
      got = poisoned(wei_shape(p));
      kernel.run({src, grad, got});
      kernel.check(
          "near the reference",
          compare(got, want, sum_tolerance(kernel.length(), src, grad, kernel.info.operand_eps)));
    });
  }
}

void filter_adjoint(Session& s) {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    const Conv2dAdjoint a(s, mode);
    s.for_kernels(conv2d_backward_filter_table(), a.problem, [&](auto& kernel) {
      Tensor grad_wei = poisoned(wei_shape(a.problem));
      kernel.run({a.src, a.grad, grad_wei});
      kernel.check("adjoint to the forward pass",
                   near(inner(a.wei, grad_wei), a.want, a.tolerance));
    });
  }
}

void filter_threads(Session& s) {
  const Conv2dProblem p{2, 40, 37, 40, 72, 3, 3, {.pad = 1, .pad_mode = PadMode::reflect}};
  const Tensor src = s.normal(src_shape(p), DType::f32, 1);
  const Tensor grad = s.normal(p.dst_shape(), DType::f32, 3);
  s.for_kernels(conv2d_backward_filter_table(), p, [&](auto& kernel) {
    Tensor grad_wei = poisoned(wei_shape(p));
    kernel.check_same_bits({src, grad, grad_wei});
  });
}

constexpr Case kDataCases[] = {
    {"conv2d.bwd_data", "exact on integers", exact},
    {"conv2d.bwd_data", "near the reference", normal},
    {"conv2d.bwd_data", "adjoint to the forward pass", adjoint},
    {"conv2d.bwd_data", "same bits", threads, Kind::threads},
};
constexpr Case kFilterCases[] = {
    {"conv2d.bwd_filter", "exact on integers, near the reference", filter},
    {"conv2d.bwd_filter", "adjoint to the forward pass", filter_adjoint},
    {"conv2d.bwd_filter", "same bits", filter_threads, Kind::threads},
};

}  // namespace

Cases conv2d_backward_data_cases() {
  return kDataCases;
}
Cases conv2d_backward_filter_cases() {
  return kFilterCases;
}

}  // namespace impasto::verify
