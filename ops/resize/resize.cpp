#include "ops/resize/resize.h"

#include "ops/launch.h"

namespace impasto {
namespace {

ResizeProblem problem_of(const Shape& src, std::int64_t oh, std::int64_t ow, ResizeMode mode,
                         DType dtype) {
  IMPASTO_CHECK(src.rank() == 4, "resize: source {} is not [n, h, w, c]", src.to_string());
  IMPASTO_CHECK(src[1] > 0 && src[2] > 0 && oh > 0 && ow > 0, "resize: {} to {} x {}",
                src.to_string(), oh, ow);
  return {src[0], src[1], src[2], src[3], oh, ow, mode, dtype};
}

}  // namespace

std::string_view to_string(ResizeMode mode) {
  switch (mode) {
    case ResizeMode::nearest:
      return "nearest";
    case ResizeMode::bilinear:
      return "bilinear";
    case ResizeMode::area:
      return "area";
    case ResizeMode::bicubic:
      return "bicubic";
    case ResizeMode::lanczos:
      return "lanczos";
  }
  throw Error("resize: unknown mode");
}

std::string ResizeProblem::to_string() const {
  return fmt::format("resize({} [{}, {}, {}, {}] to {} x {} {})", impasto::to_string(mode), n, h, w,
                     c, oh, ow, impasto::to_string(dtype));
}

Tensor resize(Context& context, const Tensor& src, std::int64_t oh, std::int64_t ow,
              ResizeMode mode) {
  const ResizeProblem problem = problem_of(src.shape(), oh, ow, mode, src.dtype());
  Tensor dst = context.empty({problem.n, oh, ow, problem.c}, problem.dtype);
  launch(context, resize_forward_table(), problem, ResizeArgs{src, dst});
  return dst;
}

Tensor resize_backward(Context& context, const Tensor& grad_dst, const Shape& src_shape,
                       ResizeMode mode) {
  const Shape& dst = grad_dst.shape();
  IMPASTO_CHECK(
      dst.rank() == 4 && src_shape.rank() == 4 && dst[0] == src_shape[0] && dst[3] == src_shape[3],
      "resize backward: gradient {} for source {}", dst.to_string(), src_shape.to_string());
  const ResizeProblem problem = problem_of(src_shape, dst[1], dst[2], mode, grad_dst.dtype());
  Tensor grad_src = context.empty(src_shape, problem.dtype);
  launch(context, resize_backward_table(), problem, ResizeArgs{grad_dst, grad_src});
  return grad_src;
}

}  // namespace impasto
