#include "ops/basis/basis.h"

#include <bit>

#include "ops/launch.h"

namespace impasto {
namespace {

void check_like(const char* op, std::span<const Tensor> tensors, const Tensor& like) {
  for (const Tensor& tensor : tensors) {
    IMPASTO_CHECK(tensor.shape() == like.shape() && tensor.dtype() == like.dtype(),
                  "{}: operands {} {} and {} {}, expected one shape and dtype", op,
                  tensor.shape().to_string(), to_string(tensor.dtype()), like.shape().to_string(),
                  to_string(like.dtype()));
  }
}

// One value a vector.
void check_values(const char* what, const Tensor& values, std::size_t vectors) {
  const Shape want = {static_cast<std::int64_t>(vectors)};
  IMPASTO_CHECK(values.defined() && values.shape() == want && values.dtype() == DType::f64,
                "{} {} {} for {} vectors, expected {} f64", what, values.shape().to_string(),
                to_string(values.dtype()), vectors, want.to_string());
}

}  // namespace

std::string BasisProblem::to_string() const {
  return fmt::format("basis({} vectors x {} of {} {})", rows, cols, count,
                     impasto::to_string(dtype));
}

BasisProblem BasisProblem::like() const {
  const auto rounded = std::bit_ceil(static_cast<std::uint64_t>(rows));
  return {static_cast<std::int64_t>(rounded), cols, count, dtype};
}

Tensor inner_products(Context& context, std::span<const Tensor> vectors,
                      std::span<const Tensor> with, const Tensor& active) {
  IMPASTO_CHECK(!vectors.empty() && !with.empty(), "inner products of {} vectors with {}",
                vectors.size(), with.size());
  const Tensor& like = with.front();
  check_like("inner products", vectors, like);
  check_like("inner products", with, like);
  if (active.defined()) check_values("inner products: active", active, vectors.size());
  const BasisProblem problem{std::ssize(vectors), std::ssize(with), like.numel(), like.dtype()};
  Tensor products = context.empty({problem.rows, problem.cols}, DType::f64);
  launch(context, inner_products_table(), problem,
         InnerProductsArgs{vectors, with, products, active});
  return products;
}

void combine(Context& context, const Tensor& weights, std::span<const Tensor> vectors,
             Tensor& dst) {
  check_values("combine: weights", weights, vectors.size());
  check_like("combine", vectors, dst);
  launch(context, combine_table(), BasisProblem{std::ssize(vectors), 0, dst.numel(), dst.dtype()},
         CombineArgs{weights, vectors, dst});
}

void store(Context& context, const Tensor& index, const Tensor& src,
           std::span<const Tensor> slots) {
  IMPASTO_CHECK(index.defined() && index.numel() == 1 && index.dtype() == DType::f64,
                "store: index {} {}, expected one f64", index.shape().to_string(),
                to_string(index.dtype()));
  check_like("store", slots, src);
  launch(context, store_table(), BasisProblem{std::ssize(slots), 0, src.numel(), src.dtype()},
         StoreArgs{index, src, slots});
}

}  // namespace impasto
