#include "ops/elementwise/adam.h"

#include "ops/launch.h"

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

void adam_step(Context& context, const AdamParams& params, const AdamArgs& args) {
  const Tensor& scalars = args.scalars;
  const Shape expected = {kAdamScalars};
  IMPASTO_CHECK(scalars.defined() && scalars.shape() == expected && scalars.dtype() == DType::f64,
                "adam: scalars are {} {}, expected {} f64", scalars.shape().to_string(),
                to_string(scalars.dtype()), expected.to_string());
  check_like("m", args.m, args.grad);
  check_like("v", args.v, args.grad);
  check_like("x", args.x, args.grad);
  launch(context, adam_table(), AdamProblem{args.grad.numel(), params, args.grad.dtype()}, args);
}

}  // namespace impasto
