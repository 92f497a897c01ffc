#include "ops/reduce/reduce.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 7, 8, 9, 1000, 16384, 16384 * 3 + 19};
constexpr ReduceKind kKinds[] = {ReduceKind::sum, ReduceKind::abs_sum, ReduceKind::abs_max,
                                 ReduceKind::dot, ReduceKind::nonfinite};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// The definition, and what bounds the error of the sum.
struct Expected {
  double value = 0;
  double magnitude = 0;
};
Expected reduced(ReduceKind kind, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  Expected result;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double v = x.data<double>()[i], w = y.data<double>()[i];
    switch (kind) {
      case ReduceKind::sum:
        result.value += v;
        break;
      case ReduceKind::abs_sum:
        result.value += std::abs(v);
        break;
      case ReduceKind::abs_max:
        result.value = std::max(result.value, std::abs(v));
        break;
      case ReduceKind::dot:
        result.value += v * w;
        break;
      case ReduceKind::nonfinite:
        result.value += std::isfinite(v) ? 0 : 1;
        break;
    }
    result.magnitude += std::abs(kind == ReduceKind::dot ? v * w : v);
  }
  return result;
}

template <class Kernel>
double run(Context& context, const Kernel& kernel, const ReduceProblem& p, const Tensor& a,
           const Tensor& b) {
  Tensor value = poisoned({}, DType::f64);
  run_kernel(context, kernel, p, {a, p.kind == ReduceKind::dot ? b : Tensor(), value});
  return value.item();
}

TEST_CASE("every reduction is exact on integers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (ReduceKind kind : kKinds) {
      for (std::int64_t count : kCounts) {
        const Tensor a = random_integers({count}, dtype, 1), b = random_integers({count}, dtype, 2);
        const ReduceProblem p{kind, count, dtype};
        for_kernels(context, reduce_table(), p, [&](const auto& kernel) {
          CHECK(run(context, kernel, p, a, b) == reduced(kind, a, b).value);
        });
      }
    }
  }
}

TEST_CASE("every reduction stays within its error bound on random numbers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (ReduceKind kind : kKinds) {
      for (std::int64_t count : kCounts) {
        const Tensor a = random_tensor({count}, dtype, 1), b = random_tensor({count}, dtype, 2);
        const ReduceProblem p{kind, count, dtype};
        const Expected want = reduced(kind, a, b);
        for_kernels(context, reduce_table(), p, [&](const auto& kernel) {
          const double tolerance =
              kind == ReduceKind::abs_max
                  ? 0
                  : kEpsilon * static_cast<double>(kernel.reduction_length(p)) * want.magnitude;
          CHECK(std::abs(run(context, kernel, p, a, b) - want.value) <= tolerance);
        });
      }
    }
  }
}

TEST_CASE("no reduction hides a NaN or an infinity, wherever it is") {
  Context context;
  const std::int64_t count = 16384 * 2 + 13;
  for (float bad : {NAN, INFINITY, -INFINITY}) {
    for (std::int64_t where : {std::int64_t{0}, std::int64_t{5}, std::int64_t{16384}, count - 1}) {
      Tensor a = random_tensor({count}, DType::f32, 1);
      const Tensor b = random_tensor({count}, DType::f32, 2);
      a.data<float>()[where] = bad;
      CAPTURE(bad);
      CAPTURE(where);
      for (ReduceKind kind : kKinds) {
        const ReduceProblem p{kind, count, DType::f32};
        for_kernels(context, reduce_table(), p, [&](const auto& kernel) {
          const double value = run(context, kernel, p, a, b);
          if (kind == ReduceKind::nonfinite) {
            CHECK(value == 1);
          } else if (kind == ReduceKind::abs_max) {
            CHECK((std::isnan(bad) ? std::isnan(value) : value == INFINITY));
          } else {
            CHECK_FALSE(std::isfinite(value));
          }
        });
      }
    }
  }
}

TEST_CASE("reductions of nothing are zero") {
  Context context;
  for (ReduceKind kind : kKinds) {
    const ReduceProblem p{kind, 0, DType::f32};
    const Tensor none = Tensor::empty({0});
    for_kernels(context, reduce_table(), p,
                [&](const auto& kernel) { CHECK(run(context, kernel, p, none, none) == 0); });
  }
}

TEST_CASE("the reduction entries do what their names say") {
  Context context;
  const Tensor a = Tensor::from<float>({2, 2}, {1, -5, 2, NAN});
  const Tensor b = Tensor::from<float>({3}, {1, -5, 2});
  CHECK(sum(context, b).item() == -2);
  CHECK(abs_sum(context, b).item() == 8);
  CHECK(abs_max(context, b).item() == 5);
  CHECK(dot(context, b, b).item() == 30);
  CHECK(count_nonfinite(context, a).item() == 1);
  CHECK(sum(context, a).dtype() == DType::f64);
  CHECK(sum(context, a).shape() == Shape{});
}

TEST_CASE("every row sum kernel adds the rows") {
  Context context;
  const std::int64_t sizes[][2] = {{1, 1}, {1, 7}, {5, 3}, {64, 16}, {65, 17}, {9001, 5}, {0, 4}};
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [rows, cols] : sizes) {
      const ReduceRowsProblem p{rows, cols, dtype};
      for (const Tensor& a :
           {random_integers({rows, cols}, dtype, 1), random_tensor({rows, cols}, dtype, 1)}) {
        const Tensor wide = a.to(DType::f64);
        Tensor want = Tensor::zeros({cols}, DType::f64);
        for (std::int64_t i = 0; i < a.numel(); ++i) {
          want.data<double>()[i % cols] += wide.data<double>()[i];
        }
        for_kernels(context, reduce_rows_table(), p, [&](const auto& kernel) {
          Tensor dst = poisoned({cols}, dtype);
          run_kernel(context, kernel, p, {a, dst});
          const double rounding = dtype == DType::f32 ? 6e-8 : kEpsilon;
          const double summing =
              kEpsilon * static_cast<double>(kernel.reduction_length(p) * rows) * max_abs(a);
          CHECK(compare(dst, want, summing, rounding).ok);
        });
      }
    }
  }
}

TEST_CASE("sum_rows keeps the last axis") {
  Context context;
  const Tensor a = random_integers({2, 3, 4, 5}, DType::f32, 1);
  const Tensor sums = sum_rows(context, a);
  CHECK(sums.shape() == Shape{5});
  CHECK(sum(context, sums).item() == sum(context, a).item());
  CHECK(sum_rows(context, Tensor::zeros({3, 0})).shape() == Shape{0});
  CHECK_THROWS_AS(sum_rows(context, Tensor::scalar(1)), Error);
}

TEST_CASE("dot refuses operands that do not fit") {
  Context context;
  CHECK_THROWS_WITH_AS(dot(context, Tensor::zeros({3}), Tensor::zeros({4})),
                       doctest::Contains("dot: operands [3] f32 and [4] f32"), Error);
}

}  // namespace
}  // namespace impasto
