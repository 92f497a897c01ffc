// basis: counts round the vectors, blocks and tasks of the kernels, against the definitions.
#include "ops/basis/basis.h"

#include <cmath>
#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

std::vector<BasisProblem> problems(DType dtype) {
  std::vector<BasisProblem> list;
  const std::int64_t sizes[][3] = {{1, 1, 1},          {3, 2, 31},   {4, 1, 64},
                                   {2, 5, 1023},       {7, 3, 1025}, {5, 2, 4100},
                                   {3, 4, 65536 + 77}, {485, 2, 5},  {2, 9, 5}};
  for (const auto& [rows, cols, count] : sizes) list.push_back({rows, cols, count, dtype});
  return list;
}

std::vector<Tensor> make_vectors(const Session& s, Fill fill, std::int64_t many,
                                 const BasisProblem& p, std::uint64_t first) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(s.make(fill, {p.count}, p.dtype, first + static_cast<std::uint64_t>(i)));
  }
  return vectors;
}

void products(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const BasisProblem& p : problems(dtype)) {
      for (Fill fill : {Fill::integers, Fill::normal}) {
        const std::vector<Tensor> vectors = make_vectors(s, fill, p.rows, p, 1);
        const std::vector<Tensor> with = make_vectors(s, fill, p.cols, p, 1000);
        Tensor want = Tensor::zeros({p.rows, p.cols}, DType::f64), norms = want.clone();
        for (std::int64_t i = 0; i < want.numel(); ++i) {
          const Tensor& a = vectors[static_cast<std::size_t>(i / p.cols)];
          const Tensor& b = with[static_cast<std::size_t>(i % p.cols)];
          want.data<double>()[i] = inner(a, b);
          norms.data<double>()[i] = std::sqrt(inner(a, a) * inner(b, b));
        }
        s.for_kernels(inner_products_table(), p, [&](auto& kernel) {
          Tensor got = poisoned({p.rows, p.cols}, DType::f64);
          kernel.run({vectors, with, got, Tensor()});
          const double relative = kEpsilon * (kernel.length() - 1);
          for (std::int64_t i = 0; i < got.numel(); ++i) {
            const double bound = fill == Fill::integers ? 0 : relative * norms.data<double>()[i];
            kernel.check(fill == Fill::integers ? "exact on integers" : "near its definition",
                         near(got.data<double>()[i], want.data<double>()[i], bound));
          }
        });
      }
    }
  }
}

void independence(Session& s) {
  const BasisProblem all{5, 3, 3000, DType::f32}, alone{1, 1, 3000, DType::f32};
  const std::vector<Tensor> vectors = make_vectors(s, Fill::normal, 5, all, 1);
  const std::vector<Tensor> with = make_vectors(s, Fill::normal, 3, all, 1000);
  s.for_kernels(inner_products_table(), all, [&](auto& kernel) {
    Tensor together = poisoned({5, 3}, DType::f64);
    kernel.run({vectors, with, together, Tensor()});
    for (std::size_t i = 0; i < 15; ++i) {
      Tensor one = poisoned({1, 1}, DType::f64);
      kernel.run(alone, {std::span(vectors).subspan(i / 3, 1), std::span(with).subspan(i % 3, 1),
                         one, Tensor()});
      kernel.check("does not depend on what is computed with it",
                   near(together.data<double>()[i], one.item(), 0));
    }
  });
}

void combinations(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const BasisProblem& sizes : problems(dtype)) {
      const BasisProblem p{sizes.rows, 0, sizes.count, dtype};
      const std::vector<Tensor> vectors = make_vectors(s, Fill::normal, p.rows, p, 1);
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
      s.for_kernels(combine_table(), p, [&](auto& kernel) {
        Tensor dst = poisoned({p.count}, dtype);
        kernel.run({factors, vectors, dst});
        kernel.check("near its definition", compare(dst, want, summing, rounding));
        std::vector<Tensor> in_place = vectors;
        in_place.front() = vectors.front().clone();
        kernel.run({factors, in_place, in_place.front()});
        kernel.check("may write over a vector", compare_exact(in_place.front(), dst));
      });
    }
  }
}

void no_nan_hidden(Session& s) {
  const BasisProblem p{2, 1, 2049, DType::f32};
  const std::vector<Tensor> with = make_vectors(s, Fill::normal, 1, p, 1000);
  for (std::int64_t where : {0, 1030, 2048}) {
    std::vector<Tensor> vectors = make_vectors(s, Fill::normal, 2, p, 1);
    vectors[1].data<float>()[where] = NAN;
    s.for_kernels(inner_products_table(), p, [&](auto& kernel) {
      Tensor got = poisoned({2, 1}, DType::f64);
      kernel.run({vectors, with, got, Tensor()});
      kernel.check("hides no NaN",
                   std::isfinite(got.data<double>()[0]) && std::isnan(got.data<double>()[1]));
    });
  }
}

void combine_no_nan_hidden(Session& s) {
  const BasisProblem p{2, 0, 2049, DType::f32};
  const Tensor weights = Tensor::from<double>({2}, std::vector<double>{1, -0.5});
  for (std::int64_t where : {0, 1030, 2048}) {
    std::vector<Tensor> vectors = make_vectors(s, Fill::normal, 2, p, 1);
    vectors[1].data<float>()[where] = NAN;
    s.for_kernels(combine_table(), p, [&](auto& kernel) {
      Tensor dst = Tensor::zeros({2049});
      kernel.run({weights, vectors, dst});
      const float* d = dst.data<float>();
      kernel.check("hides no NaN",
                   std::isnan(d[where]) && std::isfinite(d[where == 0 ? 1 : where - 1]));
    });
  }
}

constexpr std::int64_t kCount = 2 * 97 * 103 * 13;

void threads(Session& s) {
  const BasisProblem p{4, 2, kCount, DType::f32};
  const std::vector<Tensor> vectors = make_vectors(s, Fill::normal, 4, p, 1);
  s.for_kernels(inner_products_table(), p, [&](auto& kernel) {
    Tensor got = poisoned({4, 2}, DType::f64);
    kernel.check_same_bits({vectors, std::span(vectors).first(2), got, Tensor()});
  });
}

void combine_threads(Session& s) {
  const BasisProblem p{4, 0, kCount, DType::f32};
  const std::vector<Tensor> vectors = make_vectors(s, Fill::normal, 4, p, 1);
  const Tensor weights = Tensor::from<double>({4}, std::vector<double>{0.3, -0.7, 1.1, 0.4});
  s.for_kernels(combine_table(), p, [&](auto& kernel) {
    Tensor dst = poisoned({kCount});
    kernel.check_same_bits({weights, vectors, dst});
  });
}

void store_threads(Session& s) {
  const BasisProblem p{4, 0, kCount, DType::f32};
  const std::vector<Tensor> slots = make_vectors(s, Fill::normal, 4, p, 1);
  const Tensor index = Tensor::scalar(2, DType::f64), src = s.normal({kCount}, DType::f32, 9);
  s.for_kernels(store_table(), p, [&](auto& kernel) {
    kernel.check_same_bits({index, src, slots});
  });
}

constexpr Case kCases[] = {
    {"basis.dot", "exact on integers, near its definition", products},
    {"basis.dot", "does not depend on what is computed with it", independence},
    {"basis.dot", "hides no NaN", no_nan_hidden},
    {"basis.dot", "same bits", threads, Kind::threads},
    {"basis.combine", "near its definition, also over a vector", combinations},
    {"basis.combine", "hides no NaN", combine_no_nan_hidden},
    {"basis.combine", "same bits", combine_threads, Kind::threads},
    {"basis.store", "same bits", store_threads, Kind::threads},
};

}  // namespace

Cases basis_cases() {
  return kCases;
}

}  // namespace impasto::verify
