// What ops/basis takes from the device: which vectors are left out, with what weights the others
// are added up, where a vector is stored.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "ops/basis/basis.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<Tensor> random_vectors(std::int64_t many, std::int64_t count, DType dtype) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(random_tensor({count}, dtype, static_cast<std::uint64_t>(i + 1)));
  }
  return vectors;
}

Tensor values(const std::vector<double>& all) {
  return Tensor::from<double>({std::ssize(all)}, all);
}

// Factors for so many vectors, every other three of them 0, with either sign.
std::vector<double> with_zeros(std::int64_t rows) {
  std::vector<double> factors;
  for (std::int64_t r = 0; r < rows; ++r) {
    const double number = 0.5 - 0.3 * static_cast<double>(r % 17);
    factors.push_back(r / 3 % 2 == 0 ? std::copysign(0.0, number) : number);
  }
  return factors;
}

// The vectors, those with factor 0 being NaN throughout; and those of another factor alone.
struct LeftOut {
  std::vector<Tensor> poisoned, others;
  std::vector<double> factors;

  LeftOut(const std::vector<Tensor>& vectors, const std::vector<double>& all) : poisoned(vectors) {
    for (std::size_t r = 0; r < all.size(); ++r) {
      if (all[r] == 0) {
        poisoned[r] = test::poisoned(vectors[r].shape(), vectors[r].dtype());
      } else {
        others.push_back(vectors[r]);
        factors.push_back(all[r]);
      }
    }
  }
};

// Rows round the vectors of one launch, and of what a thread asks for at once.
const std::int64_t kSizes[][2] = {{5, 1}, {9, 2051}, {17, 17000}, {491, 7}};

TEST_CASE("no inner product kernel reads what is left out, and the others keep their bits") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [rows, count] : kSizes) {
      const BasisProblem p{rows, 3, count, dtype};
      const std::vector<Tensor> vectors = random_vectors(rows, count, dtype);
      const std::vector<Tensor> with = random_vectors(3, count, dtype);
      const std::vector<double> factors = with_zeros(rows);
      const LeftOut left_out(vectors, factors);
      for_kernels(context, inner_products_table(), p, [&](const auto& kernel) {
        Tensor want = poisoned({rows, 3}, DType::f64), got = want.clone();
        run_kernel(context, kernel, p, {vectors, with, want, Tensor()});
        run_kernel(context, kernel, p, {left_out.poisoned, with, got, values(factors)});
        for (std::int64_t i = 0; i < rows * 3; ++i) {
          if (factors[static_cast<std::size_t>(i / 3)] == 0) want.data<double>()[i] = 0;
        }
        CHECK(compare_exact(got, want).ok);
      });
    }
  }
}

TEST_CASE("no combination kernel reads what has weight 0, and the others keep their bits") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [rows, count] : kSizes) {
      const BasisProblem p{rows, 0, count, dtype};
      const std::vector<double> weights = with_zeros(rows);
      const LeftOut left_out(random_vectors(rows, count, dtype), weights);
      const BasisProblem few{std::ssize(left_out.others), 0, count, dtype};
      for_kernels(context, combine_table(), p, [&](const auto& kernel) {
        Tensor want = poisoned({count}, dtype), got = poisoned({count}, dtype);
        run_kernel(context, kernel, few, {values(left_out.factors), left_out.others, want});
        run_kernel(context, kernel, p, {values(weights), left_out.poisoned, got});
        CHECK(compare_exact(got, want).ok);
        std::vector<Tensor> in_place = left_out.poisoned;  // into one that has weight 0
        in_place.front() = in_place.front().clone();
        run_kernel(context, kernel, p, {values(weights), in_place, in_place.front()});
        CHECK(compare_exact(in_place.front(), want).ok);
      });
    }
  }
}

TEST_CASE("every kernel of basis gives 0 when all vectors are left out") {
  Context context;
  for (const auto& [rows, count] : kSizes) {
    const std::vector<Tensor> vectors(static_cast<std::size_t>(rows), poisoned({count}));
    const std::vector<Tensor> with = random_vectors(2, count, DType::f32);
    const Tensor zeros = Tensor::zeros({rows}, DType::f64);
    const BasisProblem dots{rows, 2, count, DType::f32}, sum{rows, 0, count, DType::f32};
    for_kernels(context, inner_products_table(), dots, [&](const auto& kernel) {
      Tensor products = poisoned({rows, 2}, DType::f64);
      run_kernel(context, kernel, dots, {vectors, with, products, zeros});
      CHECK(compare_exact(products, Tensor::zeros({rows, 2}, DType::f64)).ok);
    });
    for_kernels(context, combine_table(), sum, [&](const auto& kernel) {
      Tensor dst = poisoned({count});
      run_kernel(context, kernel, sum, {zeros, vectors, dst});
      CHECK(compare_exact(dst, Tensor::zeros({count})).ok);
    });
  }
}

TEST_CASE("every store kernel writes the slot that the index names, and no other") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [rows, count] : kSizes) {
      const BasisProblem p{rows, 0, count, dtype};
      const Tensor src = random_tensor({count}, dtype, 1),
                   before = random_tensor({count}, dtype, 2);
      for (std::int64_t index : {std::int64_t{-1}, std::int64_t{0}, rows / 2, rows - 1}) {
        for_kernels(context, store_table(), p, [&](const auto& kernel) {
          std::vector<Tensor> slots;
          for (std::int64_t r = 0; r < rows; ++r) slots.push_back(before.clone());
          const Tensor scalar = Tensor::scalar(static_cast<double>(index), DType::f64);
          run_kernel(context, kernel, p, {scalar, src, slots});
          int wrong = 0;
          for (std::int64_t r = 0; r < rows; ++r) {
            const Tensor& want = r == index ? src : before;
            wrong += !compare_exact(slots[static_cast<std::size_t>(r)], want).ok;
          }
          CHECK(wrong == 0);
          run_kernel(context, kernel, p, {scalar, slots.back(), slots});  // maybe into itself
        });
      }
    }
  }
}

TEST_CASE("no store kernel takes an index that is no slot for another") {
  Context context;
  const BasisProblem p{3, 0, 5, DType::f32};
  for (double index : {3.0, 1.5, 1e300, double{INFINITY}, kNan}) {
    for_kernels(context, store_table(), p, [&](const auto& kernel) {
      const std::vector<Tensor> slots = {Tensor::zeros({5}), Tensor::zeros({5}),
                                         Tensor::zeros({5})};
      const Tensor where = values({index}), src = Tensor::full({5}, 7);
      const auto run = [&] { run_kernel(context, kernel, p, {where, src, slots}); };
      if (kernel.info.backend == Backend::cpu) {
        CHECK_THROWS_WITH_AS(run(), doctest::Contains("of 3 slots"), Error);
      } else {
        run();
      }
      for (const Tensor& slot : slots) CHECK(max_abs(slot) == 0);
    });
  }
}

TEST_CASE("basis works on a device by values that the host cannot read") {
  Context context, away({.device = test_device({DeviceType::simt})});
  const auto results = [](Context& where) {
    const auto there = [&](const Tensor& tensor) { return tensor.to(where.device()); };
    std::vector<Tensor> vectors;
    for (const Tensor& vector : random_vectors(4, 333, DType::f32))
      vectors.push_back(there(vector));
    store(where, there(values({2})), vectors[0], vectors);
    vectors[3] = there(poisoned({333}));
    const Tensor products =
        inner_products(where, vectors, std::span(vectors).first(2), there(values({1, 0, 1, 0})));
    combine(where, there(values({0, 2, -1, 0})), vectors, vectors[3]);
    return std::pair{products.to(Device{}), vectors[3].to(Device{})};
  };
  const auto [products, combined] = results(away);
  const auto [want_products, want_combined] = results(context);
  CHECK(compare(products, want_products, 1e-10).ok);
  CHECK(compare(combined, want_combined, 1e-6).ok);
  CHECK(products.data<double>()[0] == products.data<double>()[4]);
}

}  // namespace
}  // namespace impasto
