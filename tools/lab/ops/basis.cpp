// L-BFGS' memory: inner products with all its vectors, combinations of them, a vector's way in.
#include "ops/basis/basis.h"

#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

constexpr std::size_t kCols = 2;  // the newest y, and the gradient

struct BasisCase {
  using Problem = BasisProblem;

  static Problem parse(std::istream& words) {
    BasisProblem p;
    read_sizes(words, p.rows, p.count);
    if (p.rows < 3) words.setstate(std::ios::failbit);
    return p;
  }
  static Problem small(Problem p) {
    p.count = std::min<std::int64_t>(p.count, 12'345);
    return p;
  }

  explicit BasisCase(const Problem& p) {
    for (std::int64_t row = 0; row < p.rows; ++row) {
      vectors.push_back(uniform({p.count}, static_cast<std::uint64_t>(row)));
    }
  }
  std::vector<Tensor*> all_vectors() {
    std::vector<Tensor*> all;
    for (Tensor& vector : vectors) all.push_back(&vector);
    return all;
  }
  std::vector<Tensor*> with_vectors(Tensor& first) {
    std::vector<Tensor*> all = all_vectors();
    all.insert(all.begin(), &first);
    return all;
  }

  std::vector<Tensor> vectors;
};

struct Dot : BasisCase {
  static Problem parse(std::istream& words) {
    Problem p = BasisCase::parse(words);
    p.cols = kCols;
    return p;
  }
  explicit Dot(const Problem& p)
      : BasisCase(p), products(Tensor::zeros({p.rows, p.cols}, DType::f64)) {}

  Tensor products, active;
};

struct Combine : BasisCase {
  explicit Combine(const Problem& p)
      : BasisCase(p),
        weights(Tensor::full({p.rows}, 0.3, DType::f64)),
        dst(uniform({p.count}, 99)) {}

  Tensor weights, dst;
};

struct Store : BasisCase {
  explicit Store(const Problem& p)
      : BasisCase(p), index(Tensor::scalar(1, DType::f64)), src(uniform({p.count}, 99)) {}

  Tensor index, src;
};

}  // namespace

OpBenches basis_benches() {
  constexpr const char* kShapes = "basis.txt";
  const auto dot = direction<Dot>(
      inner_products_table,
      [](Dot& o) -> InnerProductsArgs {
        return {o.vectors, std::span(o.vectors).first(kCols), o.products, o.active};
      },
      [](Dot& o) -> Operands {
        return {o.all_vectors(), {&o.products}};
      });
  const auto combine = direction<Combine>(
      combine_table,
      [](Combine& o) -> CombineArgs {
        return {o.weights, o.vectors, o.dst};
      },
      [](Combine& o) -> Operands {
        return {o.with_vectors(o.weights), {&o.dst}};
      });
  const auto store = direction<Store>(
      store_table,
      [](Store& o) -> StoreArgs {
        return {o.index, o.src, o.vectors};
      },
      [](Store& o) -> Operands {
        return {{&o.index, &o.src}, {&o.vectors[1]}};
      });
  return {"basis",
          {table_bench(dot, kShapes), table_bench(combine, kShapes), table_bench(store, kShapes)}};
}

}  // namespace impasto::lab
