#include "ops/basis/basis.h"

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

}  // namespace

std::string BasisProblem::to_string() const {
  return fmt::format("basis({} vectors x {} of {} {})", rows, cols, count,
                     impasto::to_string(dtype));
}

Tensor inner_products(Context& context, std::span<const Tensor> vectors,
                      std::span<const Tensor> with) {
  IMPASTO_CHECK(!vectors.empty() && !with.empty(), "inner products of {} vectors with {}",
                vectors.size(), with.size());
  const Tensor& like = with.front();
  check_like("inner products", vectors, like);
  check_like("inner products", with, like);
  const BasisProblem problem{std::ssize(vectors), std::ssize(with), like.numel(), like.dtype()};
  Tensor products = context.empty({problem.rows, problem.cols}, DType::f64);
  launch(context, inner_products_table(), problem, InnerProductsArgs{vectors, with, products});
  return products;
}

void combine(Context& context, std::span<const double> weights, std::span<const Tensor> vectors,
             Tensor& dst) {
  IMPASTO_CHECK(weights.size() == vectors.size(), "combine: {} weights for {} vectors",
                weights.size(), vectors.size());
  check_like("combine", vectors, dst);
  launch(context, combine_table(), BasisProblem{std::ssize(vectors), 0, dst.numel(), dst.dtype()},
         CombineArgs{weights, vectors, dst});
}

}  // namespace impasto
