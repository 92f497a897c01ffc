#include "ops/pool2d/pool2d.h"

#include "ops/launch.h"

namespace impasto {
namespace {

Pool2dProblem problem_of(const Shape& src, PoolKind kind, DType dtype) {
  IMPASTO_CHECK(src.rank() == 4, "pool2d: source {} is not [n, h, w, c]", src.to_string());
  IMPASTO_CHECK(src[1] >= 2 && src[2] >= 2, "pool2d: source {} is smaller than the 2 x 2 window",
                src.to_string());
  return {src[0], src[1], src[2], src[3], kind, dtype};
}

Shape dst_shape(const Pool2dProblem& problem) {
  return {problem.n, problem.h / 2, problem.w / 2, problem.c};
}

Shape codes_shape(const Pool2dProblem& problem) {
  return {problem.n, problem.h / 2, problem.w / 2, problem.c, 2};
}

}  // namespace

std::string_view to_string(PoolKind kind) {
  return kind == PoolKind::max ? "max" : "average";
}

PoolKind parse_pool_kind(std::string_view text) {
  if (text == "max") return PoolKind::max;
  if (text == "average") return PoolKind::average;
  throw InputError(fmt::format("unknown pooling '{}'; known are max and average", text));
}

std::string Pool2dProblem::to_string() const {
  return fmt::format("pool2d({} of [{}, {}, {}, {}] {})", impasto::to_string(kind), n, h, w, c,
                     impasto::to_string(dtype));
}

Pool2dForward pool2d_forward(Context& context, const Tensor& src, PoolKind kind, bool want_codes) {
  const Pool2dProblem problem = problem_of(src.shape(), kind, src.dtype());
  Pool2dForward result{context.empty(dst_shape(problem), problem.dtype), {}};
  const bool with_codes = want_codes && kind == PoolKind::max;
  if (with_codes) result.codes = context.empty(codes_shape(problem), DType::bits);
  launch(context, pool2d_forward_table(), problem,
         Pool2dForwardArgs{src, result.dst, with_codes ? &result.codes : nullptr});
  return result;
}

Tensor pool2d_backward(Context& context, const Tensor& grad_dst, const Tensor& codes,
                       const Shape& src_shape, PoolKind kind) {
  const Pool2dProblem problem = problem_of(src_shape, kind, grad_dst.dtype());
  IMPASTO_CHECK(grad_dst.shape() == dst_shape(problem),
                "pool2d backward: gradient {} for source {}", grad_dst.shape().to_string(),
                src_shape.to_string());
  IMPASTO_CHECK(kind == PoolKind::average || (codes.defined() && codes.dtype() == DType::bits &&
                                              codes.shape() == codes_shape(problem)),
                "pool2d backward: {} codes {} for source {}", to_string(codes.dtype()),
                codes.shape().to_string(), src_shape.to_string());
  Tensor grad_src = context.empty(src_shape, problem.dtype);
  launch(context, pool2d_backward_table(), problem, Pool2dBackwardArgs{grad_dst, codes, grad_src});
  return grad_src;
}

}  // namespace impasto
