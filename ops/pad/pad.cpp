#include "ops/pad/pad.h"

#include <algorithm>

#include "ops/launch.h"
#include "tensor/checked.h"

namespace impasto {
namespace {

void check_axis(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                PadMode mode) {
  IMPASTO_CHECK(before >= 0 && after >= 0, "pad: {} and {} pixels along {}, expected none negative",
                before, after, axis);
  if (before == 0 && after == 0) return;
  IMPASTO_CHECK(mode != PadMode::reflect || std::max(before, after) < size,
                "pad: reflecting {} pixels needs more than {} along {}", std::max(before, after),
                size, axis);
  IMPASTO_CHECK(mode != PadMode::replicate || size > 0, "pad: nothing to replicate along {}", axis);
}

PadProblem make_problem(const Shape& src, const PadParams& params, DType dtype) {
  IMPASTO_CHECK(src.rank() == 4, "pad: src has shape {}, expected [n, h, w, c]", src.to_string());
  check_axis("height", src[1], params.top, params.bottom, params.mode);
  check_axis("width", src[2], params.left, params.right, params.mode);
  return {src[0], src[1], src[2], src[3], params, dtype};
}

Shape padded_shape(const PadProblem& problem) {
  const PadParams& p = problem.params;
  return {problem.n, checked_add(problem.h, checked_add(p.top, p.bottom)),
          checked_add(problem.w, checked_add(p.left, p.right)), problem.c};
}

}  // namespace

std::string_view to_string(PadMode mode) {
  switch (mode) {
    case PadMode::zero:
      return "zero";
    case PadMode::reflect:
      return "reflect";
    case PadMode::replicate:
      return "replicate";
  }
  throw Error("pad: not a mode");
}

PadMode parse_pad_mode(std::string_view text) {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    if (text == to_string(mode)) return mode;
  }
  throw InputError(fmt::format("unknown padding '{}'; it may be zero, reflect or replicate", text));
}

std::int64_t padded_source(std::int64_t i, std::int64_t size, PadMode mode) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PadMode::zero:
      return -1;
    case PadMode::reflect:
      return i < 0 ? -i : 2 * (size - 1) - i;
    case PadMode::replicate:
      return i < 0 ? 0 : size - 1;
  }
  throw Error("pad: not a mode");
}

std::string PadProblem::to_string() const {
  return fmt::format("pad([{}, {}, {}, {}] {}, {} {} {} {} {})", n, h, w, c,
                     impasto::to_string(dtype), impasto::to_string(params.mode), params.top,
                     params.bottom, params.left, params.right);
}

Tensor pad(Context& context, const Tensor& src, const PadParams& params) {
  const PadProblem problem = make_problem(src.shape(), params, src.dtype());
  Tensor dst = context.empty(padded_shape(problem), src.dtype());
  launch(context, pad_forward_table(), problem, PadArgs{src, dst});
  return dst;
}

Tensor pad_backward(Context& context, const Tensor& grad_dst, const Shape& src_shape,
                    const PadParams& params) {
  const PadProblem problem = make_problem(src_shape, params, grad_dst.dtype());
  IMPASTO_CHECK(grad_dst.shape() == padded_shape(problem),
                "pad backward: gradient has shape {}, expected {}", grad_dst.shape().to_string(),
                padded_shape(problem).to_string());
  Tensor grad_src = context.empty(src_shape, grad_dst.dtype());
  launch(context, pad_backward_table(), problem, PadArgs{grad_dst, grad_src});
  return grad_src;
}

}  // namespace impasto
