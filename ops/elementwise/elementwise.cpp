#include "ops/elementwise/elementwise.h"

#include "ops/launch.h"

namespace impasto {
namespace {

void check_pair(const char* op, const Tensor& a, const Tensor& b) {
  IMPASTO_CHECK(a.shape() == b.shape() && a.dtype() == b.dtype(),
                "{}: operands {} {} and {} {}, expected one shape and dtype", op,
                a.shape().to_string(), to_string(a.dtype()), b.shape().to_string(),
                to_string(b.dtype()));
}

Tensor map(Context& context, ElementwiseKind kind, double alpha, const Tensor& a, double beta,
           const Tensor& b) {
  Tensor dst = context.empty(a.shape(), a.dtype());
  launch(context, elementwise_table(),
         ElementwiseProblem{kind, a.numel(), alpha, beta, b.defined(), a.dtype()},
         ElementwiseArgs{a, b, dst});
  return dst;
}

}  // namespace

std::string ElementwiseProblem::to_string() const {
  const char* names[] = {"linear", "mul", "clamp"};
  return fmt::format("elementwise({} x {} {}, {})", count, binary ? 2 : 1,
                     impasto::to_string(dtype), names[static_cast<int>(kind)]);
}

Tensor add(Context& context, const Tensor& a, const Tensor& b) {
  check_pair("add", a, b);
  return map(context, ElementwiseKind::linear, 1, a, 1, b);
}

Tensor sub(Context& context, const Tensor& a, const Tensor& b) {
  check_pair("sub", a, b);
  return map(context, ElementwiseKind::linear, 1, a, -1, b);
}

Tensor mul(Context& context, const Tensor& a, const Tensor& b) {
  check_pair("mul", a, b);
  return map(context, ElementwiseKind::mul, 1, a, 1, b);
}

Tensor scale(Context& context, const Tensor& a, double alpha) {
  return map(context, ElementwiseKind::linear, alpha, a, 0, {});
}

Tensor clamp(Context& context, const Tensor& a, double lo, double hi) {
  IMPASTO_CHECK(lo <= hi, "clamp: the range [{}, {}] is empty", lo, hi);
  return map(context, ElementwiseKind::clamp, lo, a, hi, {});
}

Tensor linear(Context& context, double alpha, const Tensor& a, double beta, const Tensor& b) {
  check_pair("linear", a, b);
  return map(context, ElementwiseKind::linear, alpha, a, beta, b);
}

void axpby(Context& context, double alpha, const Tensor& x, double beta, Tensor& y) {
  check_pair("axpby", x, y);
  launch(context, elementwise_table(),
         ElementwiseProblem{ElementwiseKind::linear, x.numel(), alpha, beta, true, x.dtype()},
         ElementwiseArgs{x, y, y});
}

}  // namespace impasto
