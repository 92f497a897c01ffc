// pool2d: the maximum saves two bits an output element, the average nothing.
#include "nn/autograd/functions.h"

namespace impasto {

Variable pool2d(Context& context, const Variable& src, PoolKind kind) {
  Pool2dForward forward = pool2d_forward(context, src.value(), kind, src.needs_grad());
  return record("pool2d", forward.dst, {src}, {forward.codes},
                [kind, src_shape = src.shape()](const BackwardCall& call) {
                  return std::vector{
                      pool2d_backward(call.context, call.grad_dst, call.saved[0], src_shape, kind)};
                });
}

}  // namespace impasto
