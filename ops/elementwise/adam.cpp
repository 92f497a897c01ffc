#include "ops/elementwise/adam.h"

namespace impasto {
namespace {

void check_like(const char* name, const Tensor& got, const Tensor& grad) {
  IMPASTO_CHECK(got.shape() == grad.shape() && got.dtype() == grad.dtype(),
                "adam: {} is {} {}, expected {} {} as the gradient", name, got.shape().to_string(),
                to_string(got.dtype()), grad.shape().to_string(), to_string(grad.dtype()));
}

}  // namespace

std::string AdamProblem::to_string() const {
  return fmt::format("adam({} x {})", count, impasto::to_string(dtype));
}

void adam_step(Context& context, const Tensor& grad, Tensor& m, Tensor& v, Tensor& x,
               const AdamStep& params) {
  check_like("m", m, grad);
  check_like("v", v, grad);
  check_like("x", x, grad);
  IMPASTO_CHECK(params.step >= 1, "adam: step {}, expected 1 or later", params.step);
  launch(context, adam_table(), AdamProblem{grad.numel(), params, grad.dtype()},
         AdamArgs{grad, m, v, x});
}

}  // namespace impasto
