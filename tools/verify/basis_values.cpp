// What ops/basis takes from the device: which vectors are left out, with what weights the others
// are added up, where a vector is stored.
#include <cmath>
#include <limits>

#include "ops/basis/basis.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

std::vector<Tensor> make_vectors(const Session& s, std::int64_t many, std::int64_t count,
                                 DType dtype) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(s.normal({count}, dtype, static_cast<std::uint64_t>(i + 1)));
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

void products_left_out(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& size : kSizes) {
      const std::int64_t rows = size[0], count = size[1];
      const std::vector<Tensor> vectors = make_vectors(s, rows, count, dtype);
      const std::vector<Tensor> with = make_vectors(s, 3, count, dtype);
      const std::vector<double> factors = with_zeros(rows);
      const LeftOut left_out(vectors, factors);
      s.for_kernels(inner_products_table(), {rows, 3, count, dtype}, [&](auto& kernel) {
        Tensor want = poisoned({rows, 3}, DType::f64), got = want.clone();
        kernel.run({vectors, with, want, Tensor()});
        kernel.run({left_out.poisoned, with, got, values(factors)});
        for (std::int64_t i = 0; i < rows * 3; ++i) {
          if (factors[static_cast<std::size_t>(i / 3)] == 0) want.data<double>()[i] = 0;
        }
        kernel.check("reads nothing that is left out", compare_exact(got, want));
      });
    }
  }
}

void combine_left_out(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& size : kSizes) {
      const std::int64_t rows = size[0], count = size[1];
      const std::vector<double> weights = with_zeros(rows);
      const LeftOut left_out(make_vectors(s, rows, count, dtype), weights);
      const BasisProblem few{std::ssize(left_out.others), 0, count, dtype};
      s.for_kernels(combine_table(), {rows, 0, count, dtype}, [&](auto& kernel) {
        Tensor want = poisoned({count}, dtype), got = poisoned({count}, dtype);
        kernel.run(few, {values(left_out.factors), left_out.others, want});
        kernel.run({values(weights), left_out.poisoned, got});
        kernel.check("reads nothing of weight 0", compare_exact(got, want));
        std::vector<Tensor> in_place = left_out.poisoned;  // into one that has weight 0
        in_place.front() = in_place.front().clone();
        kernel.run({values(weights), in_place, in_place.front()});
        kernel.check("reads nothing of weight 0", compare_exact(in_place.front(), want));
      });
    }
  }
}

void products_of_none(Session& s) {
  for (const auto& size : kSizes) {
    const std::int64_t rows = size[0], count = size[1];
    const std::vector<Tensor> vectors(static_cast<std::size_t>(rows), poisoned({count}));
    const std::vector<Tensor> with = make_vectors(s, 2, count, DType::f32);
    const Tensor zeros = Tensor::zeros({rows}, DType::f64);
    s.for_kernels(inner_products_table(), {rows, 2, count, DType::f32}, [&](auto& kernel) {
      Tensor products = poisoned({rows, 2}, DType::f64);
      kernel.run({vectors, with, products, zeros});
      kernel.check("0 when all vectors are left out",
                   compare_exact(products, Tensor::zeros({rows, 2}, DType::f64)));
    });
  }
}

void combination_of_none(Session& s) {
  for (const auto& size : kSizes) {
    const std::int64_t rows = size[0], count = size[1];
    const std::vector<Tensor> vectors(static_cast<std::size_t>(rows), poisoned({count}));
    const Tensor zeros = Tensor::zeros({rows}, DType::f64);
    s.for_kernels(combine_table(), {rows, 0, count, DType::f32}, [&](auto& kernel) {
      Tensor dst = poisoned({count});
      kernel.run({zeros, vectors, dst});
      kernel.check("0 when all vectors are left out", compare_exact(dst, Tensor::zeros({count})));
    });
  }
}

void store_slots(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& size : kSizes) {
      const std::int64_t rows = size[0], count = size[1];
      const Tensor src = s.normal({count}, dtype, 1), before = s.normal({count}, dtype, 2);
      for (std::int64_t index : {std::int64_t{-1}, std::int64_t{0}, rows / 2, rows - 1}) {
        s.for_kernels(store_table(), {rows, 0, count, dtype}, [&](auto& kernel) {
          std::vector<Tensor> slots;
          for (std::int64_t r = 0; r < rows; ++r) slots.push_back(before.clone());
          const Tensor where = Tensor::scalar(static_cast<double>(index), DType::f64);
          kernel.run({where, src, slots});
          bool right = true;
          for (std::int64_t r = 0; r < rows; ++r) {
            const Tensor& want = r == index ? src : before;
            right = right && compare_exact(slots[static_cast<std::size_t>(r)], want).ok;
          }
          kernel.check("writes the slot that is named, and no other", right);
          kernel.run({where, slots.back(), slots});  // maybe into itself
        });
      }
    }
  }
}

void store_nowhere(Session& s) {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  for (double index : {3.0, 1.5, 1e300, double{INFINITY}, not_a_number}) {
    s.for_kernels(store_table(), {3, 0, 5, DType::f32}, [&](auto& kernel) {
      const std::vector<Tensor> slots = {Tensor::zeros({5}), Tensor::zeros({5}),
                                         Tensor::zeros({5})};
      const bool refused = kernel.refuses({values({index}), Tensor::full({5}, 7), slots});
      kernel.check("refuses an index that is no slot",
                   refused == (kernel.info.backend == Backend::cpu));
      for (const Tensor& slot : slots) {
        kernel.check("takes no slot for another", near(max_abs(slot), 0, 0));
      }
    });
  }
}

constexpr Case kCases[] = {
    {"basis.dot", "reads nothing that is left out", products_left_out},
    {"basis.dot", "0 when all vectors are left out", products_of_none},
    {"basis.combine", "reads nothing of weight 0", combine_left_out},
    {"basis.combine", "0 when all vectors are left out", combination_of_none},
    {"basis.store", "writes the slot that is named, and no other", store_slots},
    {"basis.store", "takes no slot for another", store_nowhere},
};

}  // namespace

Cases basis_value_cases() {
  return kCases;
}

}  // namespace impasto::verify
