#include "ops/relu/relu.h"

#include "ops/launch.h"

namespace impasto {

std::string ReluProblem::to_string() const {
  return fmt::format("relu({} x {})", count, impasto::to_string(dtype));
}

ReluForward relu_forward(Context& context, const Tensor& src, bool want_mask) {
  ReluForward result{context.empty(src.shape(), src.dtype()), {}};
  if (want_mask) result.mask = context.empty(src.shape(), DType::bits);
  launch(context, relu_forward_table(), ReluProblem{src.numel(), src.dtype()},
         ReluForwardArgs{src, result.dst, want_mask ? &result.mask : nullptr});
  return result;
}

Tensor relu_backward(Context& context, const Tensor& grad_dst, const Tensor& mask) {
  IMPASTO_CHECK(mask.dtype() == DType::bits && mask.shape() == grad_dst.shape(),
                "relu backward: gradient {} and {} mask {}", grad_dst.shape().to_string(),
                to_string(mask.dtype()), mask.shape().to_string());
  Tensor grad_src = context.empty(grad_dst.shape(), grad_dst.dtype());
  launch(context, relu_backward_table(), ReluProblem{grad_dst.numel(), grad_dst.dtype()},
         ReluBackwardArgs{grad_dst, mask, grad_src});
  return grad_src;
}

}  // namespace impasto
