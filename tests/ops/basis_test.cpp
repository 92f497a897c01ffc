#include "ops/basis/basis.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// Counts round the vectors, blocks and tasks of the kernels.
std::vector<BasisProblem> problems(DType dtype) {
  std::vector<BasisProblem> list;
  const std::int64_t sizes[][3] = {{1, 1, 1},          {3, 2, 31},   {4, 1, 64},
                                   {2, 5, 1023},       {7, 3, 1025}, {5, 2, 4100},
                                   {3, 4, 65536 + 77}, {485, 2, 5},  {2, 9, 5}};
  for (const auto& [rows, cols, count] : sizes) list.push_back({rows, cols, count, dtype});
  return list;
}

std::vector<Tensor> random_vectors(std::int64_t many, const BasisProblem& p, std::uint64_t seed) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(random_tensor({p.count}, p.dtype, seed + static_cast<std::uint64_t>(i)));
  }
  return vectors;
}

std::vector<Tensor> integer_vectors(std::int64_t many, const BasisProblem& p, std::uint64_t seed) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(random_integers({p.count}, p.dtype, seed + static_cast<std::uint64_t>(i)));
  }
  return vectors;
}

template <class Kernel>
Tensor products_of(Context& context, const Kernel& kernel, const BasisProblem& p,
                   std::span<const Tensor> vectors, std::span<const Tensor> with) {
  Tensor products = poisoned({p.rows, p.cols}, DType::f64);
  run_kernel(context, kernel, p, {vectors, with, products, Tensor()});
  return products;
}

TEST_CASE("every inner product kernel is exact on integers and near on random numbers") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const BasisProblem& p : problems(dtype)) {
      for (bool integers : {true, false}) {
        const auto make = integers ? integer_vectors : random_vectors;
        const std::vector<Tensor> vectors = make(p.rows, p, 1), with = make(p.cols, p, 100);
        for_kernels(context, inner_products_table(), p, [&](const auto& kernel) {
          const Tensor products = products_of(context, kernel, p, vectors, with);
          for (std::int64_t i = 0; i < products.numel(); ++i) {
            const Tensor& a = vectors[static_cast<std::size_t>(i / p.cols)];
            const Tensor& b = with[static_cast<std::size_t>(i % p.cols)];
            const double want = inner(a.to(DType::f64), b.to(DType::f64));
            const double length = static_cast<double>(kernel.reduction_length(p));
            const double bound = kEpsilon * length *
                                 std::sqrt(inner(a.to(DType::f64), a.to(DType::f64)) *
                                           inner(b.to(DType::f64), b.to(DType::f64)));
            CHECK(std::abs(products.data<double>()[i] - want) <= (integers ? 0 : bound));
          }
        });
      }
    }
  }
}

TEST_CASE("an inner product does not depend on what is computed with it, to the bit") {
  Context context;
  const BasisProblem all{5, 3, 3000, DType::f32}, alone{1, 1, 3000, DType::f32};
  const std::vector<Tensor> vectors = random_vectors(5, all, 1), with = random_vectors(3, all, 100);
  for_kernels(context, inner_products_table(), all, [&](const auto& kernel) {
    const Tensor products = products_of(context, kernel, all, vectors, with);
    for (std::size_t i = 0; i < 15; ++i) {
      const Tensor one = products_of(context, kernel, alone, std::span(vectors).subspan(i / 3, 1),
                                     std::span(with).subspan(i % 3, 1));
      CHECK(one.data<double>()[0] == products.data<double>()[i]);
    }
  });
}

TEST_CASE("every combination kernel is right, also into one of its vectors") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const BasisProblem& p : problems(dtype)) {
      std::vector<Tensor> vectors = random_vectors(p.rows, p, 1);
      std::vector<double> weights;
      Tensor want = Tensor::zeros({p.count}, DType::f64);
      double largest = 0;
      for (std::size_t r = 0; r < vectors.size(); ++r) {
        weights.push_back(0.5 - 0.3 * static_cast<double>(r));
        const Tensor wide = vectors[r].to(DType::f64);
        for (std::int64_t i = 0; i < p.count; ++i) {
          want.data<double>()[i] += weights[r] * wide.data<double>()[i];
        }
        largest += std::abs(weights[r]) * max_abs(wide);
      }
      const Tensor factors = Tensor::from<double>({p.rows}, weights);
      const double rounding = dtype == DType::f32 ? 6e-8 : 0;
      const double summing = kEpsilon * static_cast<double>(p.rows + 1) * largest;
      const BasisProblem problem{p.rows, 0, p.count, dtype};
      for_kernels(context, combine_table(), problem, [&](const auto& kernel) {
        Tensor dst = poisoned({p.count}, dtype);
        run_kernel(context, kernel, problem, {factors, vectors, dst});
        CHECK(compare(dst, want, summing, rounding).ok);
        std::vector<Tensor> in_place = vectors;
        in_place.front() = vectors.front().clone();
        run_kernel(context, kernel, problem, {factors, in_place, in_place.front()});
        CHECK(compare_exact(in_place.front(), dst).ok);
      });
    }
  }
}

TEST_CASE("no inner product and no combination hides a NaN") {
  Context context;
  const BasisProblem p{2, 1, 2049, DType::f32}, combination{2, 0, 2049, DType::f32};
  for (std::int64_t where : {0, 1030, 2048}) {
    std::vector<Tensor> vectors = random_vectors(2, p, 1);
    const std::vector<Tensor> with = random_vectors(1, p, 100);
    vectors[1].data<float>()[where] = NAN;
    for_kernels(context, inner_products_table(), p, [&](const auto& kernel) {
      const Tensor products = products_of(context, kernel, p, vectors, with);
      CHECK(std::isfinite(products.data<double>()[0]));
      CHECK(std::isnan(products.data<double>()[1]));
    });
    const Tensor weights = Tensor::from<double>({2}, {1, -0.5});
    for_kernels(context, combine_table(), combination, [&](const auto& kernel) {
      Tensor dst = Tensor::zeros({2049});
      run_kernel(context, kernel, combination, {weights, vectors, dst});
      CHECK(std::isnan(dst.data<float>()[where]));
      CHECK(std::isfinite(dst.data<float>()[where == 0 ? 1 : where - 1]));
    });
  }
}

TEST_CASE("basis refuses operands that do not fit") {
  Context context;
  const std::vector<Tensor> two = {Tensor::zeros({3}), Tensor::zeros({4})};
  const std::vector<Tensor> none, one = {Tensor::zeros({3})};
  const Tensor weights = Tensor::from<double>({2}, {1, 2}), narrow = Tensor::zeros({1});
  Tensor dst = Tensor::zeros({3});
  CHECK_THROWS_WITH_AS(inner_products(context, two, one),
                       doctest::Contains("operands [4] f32 and [3] f32"), Error);
  CHECK_THROWS_AS(inner_products(context, none, one), Error);
  CHECK_THROWS_AS(inner_products(context, one, none), Error);
  CHECK_THROWS_AS(combine(context, weights, two, dst), Error);
  CHECK_THROWS_WITH_AS(combine(context, weights, one, dst),
                       doctest::Contains("weights [2] f64 for 1 vectors, expected [1] f64"), Error);
  CHECK_THROWS_AS(combine(context, narrow, one, dst), Error);
  CHECK_THROWS_AS(combine(context, Tensor(), one, dst), Error);
  CHECK_THROWS_WITH_AS(inner_products(context, one, one, weights),
                       doctest::Contains("active [2] f64 for 1 vectors, expected [1] f64"), Error);
  CHECK_THROWS_WITH_AS(store(context, weights, dst, one),
                       doctest::Contains("index [2] f64, expected one f64"), Error);
  CHECK_THROWS_AS(store(context, Tensor(), dst, one), Error);
  CHECK_THROWS_AS(store(context, Tensor::zeros({1}, DType::f64), dst, two), Error);
}

}  // namespace
}  // namespace impasto
