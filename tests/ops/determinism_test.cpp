// The same bits for every number of threads, and from run to run, for kernels that call themselves
// deterministic. Sizes leave every kernel several chunks, the last of them short.
#include <doctest/doctest.h>

#include "ops/basis/basis.h"
#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gemm/gemm.h"
#include "ops/gram/gram.h"
#include "ops/mse/mse.h"
#include "ops/pad/pad.h"
#include "ops/reduce/reduce.h"
#include "ops/total_variation/total_variation.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

// compute(context, kernel) runs the kernel and returns its output.
template <class Problem, class Args, class Compute>
void check_deterministic(const KernelTable<Problem, Args>& table, const Problem& problem,
                         Compute compute) {
  Context one({.device = {}, .threads = 1}), two({.device = {}, .threads = 2}),
      five({.device = {}, .threads = 5});
  for_kernels(one, table, problem, [&](const auto& kernel) {
    if (!kernel.info.deterministic) return;
    const Tensor want = compute(one, kernel);
    CHECK(compare_exact(compute(two, kernel), want).ok);
    CHECK(compare_exact(compute(five, kernel), want).ok);
    CHECK(compare_exact(compute(five, kernel), want).ok);
  });
}

const Shape kPicture = {2, 97, 103, 13};

TEST_CASE("reductions and losses give the same bits for every number of threads") {
  const Tensor a = random_tensor(kPicture, DType::f32, 1),
               b = random_tensor(kPicture, DType::f32, 2);
  for (ReduceKind kind :
       {ReduceKind::sum, ReduceKind::abs_sum, ReduceKind::abs_max, ReduceKind::dot}) {
    const ReduceProblem p{kind, a.numel(), DType::f32};
    check_deterministic(reduce_table(), p, [&](Context& context, const auto& kernel) {
      Tensor value = poisoned({}, DType::f64);
      run_kernel(context, kernel, p, {a, b, value});
      return value;
    });
  }
  const ReduceRowsProblem rows{a.numel() / 13, 13, DType::f32};
  check_deterministic(reduce_rows_table(), rows, [&](Context& context, const auto& kernel) {
    Tensor dst = poisoned({13});
    run_kernel(context, kernel, rows, {a, dst});
    return dst;
  });
  const MseProblem mse{a.numel(), 0.3, DType::f32};
  check_deterministic(mse_forward_table(), mse, [&](Context& context, const auto& kernel) {
    Tensor value = poisoned({}, DType::f64), difference = poisoned(kPicture);
    run_kernel(context, kernel, mse, {a, b, value, difference});
    return value;
  });
  const Tensor upstream = Tensor::scalar(0.7, DType::f64);
  check_deterministic(mse_backward_table(), mse, [&](Context& context, const auto& kernel) {
    Tensor grad = b.clone();
    run_kernel(context, kernel, mse, {a, upstream, grad, true});
    return grad;
  });
}

TEST_CASE("inner products and combinations give the same bits for every number of threads") {
  std::vector<Tensor> vectors;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    vectors.push_back(random_tensor(kPicture, DType::f32, seed));
  }
  const Tensor weights = Tensor::from<double>({4}, {0.3, -0.7, 1.1, 0.4}), all;
  const BasisProblem dots{4, 2, vectors[0].numel(), DType::f32};
  check_deterministic(inner_products_table(), dots, [&](Context& context, const auto& kernel) {
    Tensor products = poisoned({4, 2}, DType::f64);
    run_kernel(context, kernel, dots, {vectors, std::span(vectors).first(2), products, all});
    return products;
  });
  const BasisProblem combination{4, 0, vectors[0].numel(), DType::f32};
  check_deterministic(combine_table(), combination, [&](Context& context, const auto& kernel) {
    Tensor dst = poisoned(kPicture);
    run_kernel(context, kernel, combination, {weights, vectors, dst});
    return dst;
  });
  const Tensor index = Tensor::scalar(2, DType::f64), src = random_tensor(kPicture, DType::f32, 9);
  check_deterministic(store_table(), combination, [&](Context& context, const auto& kernel) {
    std::vector<Tensor> slots;
    for (const Tensor& vector : vectors) slots.push_back(vector.clone());
    run_kernel(context, kernel, combination, {index, src, slots});
    return slots[2];
  });
}

TEST_CASE("total variation gives the same bits for every number of threads") {
  const Tensor x = random_tensor(kPicture, DType::f32, 1);
  const Tensor upstream = Tensor::scalar(0.7, DType::f64);
  for (VariationKind kind : {VariationKind::squared, VariationKind::absolute}) {
    const TotalVariationProblem p{2, 97, 103, 13, kind, 0.3, DType::f32};
    check_deterministic(total_variation_forward_table(), p,
                        [&](Context& context, const auto& kernel) {
                          Tensor value = poisoned({}, DType::f64);
                          run_kernel(context, kernel, p, {x, value});
                          return value;
                        });
    check_deterministic(total_variation_backward_table(), p,
                        [&](Context& context, const auto& kernel) {
                          Tensor grad = poisoned(kPicture);
                          run_kernel(context, kernel, p, {x, upstream, grad});
                          return grad;
                        });
  }
}

TEST_CASE("gemm gives the same bits for every number of threads") {
  const GemmProblem p{331, 67, 700, {}, DType::f32};
  const Tensor a = random_tensor({p.m, p.k}, DType::f32, 1);
  const Tensor b = random_tensor({p.k, p.n}, DType::f32, 2);
  check_deterministic(gemm_table(), p, [&](Context& context, const auto& kernel) {
    Tensor c = poisoned({p.m, p.n});
    run_kernel(context, kernel, p, {a, b, c});
    return c;
  });
}

TEST_CASE("gram gives the same bits for every number of threads") {
  const std::int64_t sizes[][2] = {{9991, 13}, {1300, 140}};
  for (const auto& [m, c] : sizes) {
    const GramProblem p{2, m, c, 0.3, DType::f32};
    const Tensor features = random_tensor({2, 1, m, c}, DType::f32, 1);
    const Tensor grad = random_tensor({2, c, c}, DType::f32, 2);
    check_deterministic(gram_forward_table(), p, [&](Context& context, const auto& kernel) {
      Tensor gram = poisoned({2, p.c, p.c});
      run_kernel(context, kernel, p, {features, gram});
      return gram;
    });
    check_deterministic(gram_backward_table(), p, [&](Context& context, const auto& kernel) {
      Tensor result = poisoned(features.shape());
      run_kernel(context, kernel, p, {features, grad, result});
      return result;
    });
  }
}

TEST_CASE("pad and elementwise ops give the same bits for every number of threads") {
  const Tensor a = random_tensor(kPicture, DType::f32, 1),
               b = random_tensor(kPicture, DType::f32, 2);
  const ElementwiseProblem map{ElementwiseKind::linear, a.numel(), 0.3, -0.7, true, DType::f32};
  check_deterministic(elementwise_table(), map, [&](Context& context, const auto& kernel) {
    Tensor dst = poisoned(kPicture);
    run_kernel(context, kernel, map, {a, b, dst});
    return dst;
  });
  const Tensor scalars = Tensor::from<double>({3}, {0.01, 0.05, kAdamLaterStep});
  const AdamProblem adam{a.numel(), {}, DType::f32};
  check_deterministic(adam_table(), adam, [&](Context& context, const auto& kernel) {
    Tensor m = b.clone(), v = Tensor::full(kPicture, 0.1), x = b.clone();
    run_kernel(context, kernel, adam, {scalars, a, m, v, x});
    return x;
  });
  const PadProblem p{2, 97, 103, 13, {1, 2, 3, 4, PadMode::replicate}, DType::f32};
  check_deterministic(pad_forward_table(), p, [&](Context& context, const auto& kernel) {
    Tensor dst = poisoned({2, 100, 110, 13});
    run_kernel(context, kernel, p, {a, dst});
    return dst;
  });
  const Tensor grad = random_tensor({2, 100, 110, 13}, DType::f32, 3);
  check_deterministic(pad_backward_table(), p, [&](Context& context, const auto& kernel) {
    Tensor grad_src = poisoned(kPicture);
    run_kernel(context, kernel, p, {grad, grad_src});
    return grad_src;
  });
}

}  // namespace
}  // namespace impasto
