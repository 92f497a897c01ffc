#include "ops/total_variation/total_variation.h"

#include "ops/launch.h"

namespace impasto {
namespace {

TotalVariationProblem make_problem(const Tensor& x, VariationKind kind, double weight) {
  const Shape& s = x.shape();
  IMPASTO_CHECK(s.rank() == 4 && s.numel() > 0,
                "total variation: picture has shape {}, expected [n, h, w, c], not empty",
                s.to_string());
  return {s[0], s[1], s[2], s[3], kind, weight, x.dtype()};
}

}  // namespace

std::string TotalVariationProblem::to_string() const {
  return fmt::format("total_variation([{}, {}, {}, {}] {}, {})", n, h, w, c,
                     impasto::to_string(dtype),
                     kind == VariationKind::squared ? "squared" : "absolute");
}

Tensor total_variation_forward(Context& context, const Tensor& x, VariationKind kind,
                               double weight) {
  Tensor value = context.empty({}, DType::f64);
  launch(context, total_variation_forward_table(), make_problem(x, kind, weight),
         TotalVariationForwardArgs{x, value});
  return value;
}

Tensor total_variation_backward(Context& context, const Tensor& x, VariationKind kind,
                                double weight, const Tensor& upstream) {
  const TotalVariationProblem problem = make_problem(x, kind, weight);
  IMPASTO_CHECK(upstream.dtype() == DType::f64 && upstream.shape() == Shape{},
                "total variation backward: upstream gradient {} {}, expected an f64 scalar",
                upstream.shape().to_string(), to_string(upstream.dtype()));
  Tensor grad_x = context.empty(x.shape(), x.dtype());
  launch(context, total_variation_backward_table(), problem,
         TotalVariationBackwardArgs{x, upstream, grad_x});
  return grad_x;
}

}  // namespace impasto
