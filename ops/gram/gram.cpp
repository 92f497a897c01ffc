#include "ops/gram/gram.h"

#include "ops/launch.h"
#include "tensor/checked.h"

namespace impasto {
namespace {

// `table` as named by a request for one of its kernels, which need not be one of f32.
GramProblem make_problem(Context& context, std::string_view table, const Tensor& features,
                         double scale) {
  const Shape& s = features.shape();
  IMPASTO_CHECK(s.rank() == 4, "gram: features have shape {}, expected [n, h, w, c]",
                s.to_string());
  const bool mixed =
      context.precision() == Precision::mixed || !context.requested_kernel(table).empty();
  return {s[0], checked_mul(s[1], s[2]), s[3], scale, features.dtype(), mixed};
}

}  // namespace

std::string GramProblem::to_string() const {
  return fmt::format("gram({} x [{}, {}] {})", n, m, c, impasto::to_string(dtype));
}

Tensor gram_forward(Context& context, const Tensor& features, double scale) {
  const GramProblem problem = make_problem(context, gram_forward_table().name, features, scale);
  Tensor gram = context.empty({problem.n, problem.c, problem.c}, problem.dtype);
  launch(context, gram_forward_table(), problem, GramForwardArgs{features, gram});
  return gram;
}

Tensor gram_backward(Context& context, const Tensor& features, const Tensor& grad_gram,
                     double scale, Tensor sum) {
  const GramProblem problem = make_problem(context, gram_backward_table().name, features, scale);
  const Shape want{problem.n, problem.c, problem.c};
  IMPASTO_CHECK(grad_gram.shape() == want && grad_gram.dtype() == problem.dtype,
                "gram backward: gradient {} {}, expected {} {}", grad_gram.shape().to_string(),
                to_string(grad_gram.dtype()), want.to_string(), to_string(problem.dtype));
  const bool accumulate = sum.defined();
  if (!accumulate) sum = context.empty(features.shape(), problem.dtype);
  IMPASTO_CHECK(sum.shape() == features.shape() && sum.dtype() == problem.dtype,
                "gram backward: adds to {} {}, expected {} {}", sum.shape().to_string(),
                to_string(sum.dtype()), features.shape().to_string(), to_string(problem.dtype));
  launch(context, gram_backward_table(), problem,
         GramBackwardArgs{features, grad_gram, sum, accumulate});
  return sum;
}

}  // namespace impasto
