#include "ops/normalize/normalize.h"

#include "ops/launch.h"

namespace impasto {
namespace {

InstanceNormProblem problem_of(const Tensor& src, double epsilon) {
  const Shape& shape = src.shape();
  IMPASTO_CHECK(shape.rank() == 4, "instance norm: source {} is not [n, h, w, c]",
                shape.to_string());
  IMPASTO_CHECK(shape[1] > 0 && shape[2] > 0, "instance norm: source {} has no pixels",
                shape.to_string());
  IMPASTO_CHECK(epsilon >= 0, "instance norm: epsilon {}", epsilon);
  return {shape[0], shape[1] * shape[2], shape[3], epsilon, src.dtype()};
}

void check_operand(const char* name, const Tensor& tensor, const Shape& shape, DType dtype) {
  IMPASTO_CHECK(tensor.defined() && tensor.shape() == shape && tensor.dtype() == dtype,
                "instance norm: {} is {} {}, expected {} {}", name, to_string(tensor.dtype()),
                tensor.shape().to_string(), to_string(dtype), shape.to_string());
}

}  // namespace

std::string InstanceNormProblem::to_string() const {
  return fmt::format("instance_norm({} x {} pixels x {} channels {})", n, m, c,
                     impasto::to_string(dtype));
}

InstanceNormForward instance_norm_forward(Context& context, const Tensor& src, const Tensor& gamma,
                                          const Tensor& beta, double epsilon) {
  const InstanceNormProblem p = problem_of(src, epsilon);
  check_operand("gamma", gamma, {p.c}, p.dtype);
  check_operand("beta", beta, {p.c}, p.dtype);
  InstanceNormForward result{context.empty(src.shape(), p.dtype),
                             context.empty({p.n, p.c}, p.dtype),
                             context.empty({p.n, p.c}, p.dtype)};
  launch(context, instance_norm_forward_table(), p,
         InstanceNormForwardArgs{src, gamma, beta, result.dst, result.mean, result.rstd});
  return result;
}

InstanceNormBackward instance_norm_backward(Context& context, const Tensor& src,
                                            const Tensor& grad_dst, const Tensor& gamma,
                                            const Tensor& mean, const Tensor& rstd) {
  const InstanceNormProblem p = problem_of(src, 0);  // epsilon is already in rstd
  check_operand("grad_dst", grad_dst, src.shape(), p.dtype);
  check_operand("gamma", gamma, {p.c}, p.dtype);
  check_operand("mean", mean, {p.n, p.c}, p.dtype);
  check_operand("rstd", rstd, {p.n, p.c}, p.dtype);
  InstanceNormBackward result{context.empty(src.shape(), p.dtype), context.empty({p.c}, p.dtype),
                              context.empty({p.c}, p.dtype)};
  launch(context, instance_norm_backward_table(), p,
         InstanceNormBackwardArgs{src, grad_dst, gamma, mean, rstd, result.grad_src,
                                  result.grad_gamma, result.grad_beta});
  return result;
}

}  // namespace impasto
