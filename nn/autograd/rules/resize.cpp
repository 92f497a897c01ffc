// resize: linear, saves nothing.
#include "nn/autograd/functions.h"

namespace impasto {

Variable resize(Context& context, const Variable& src, std::int64_t oh, std::int64_t ow,
                ResizeMode mode) {
  return record("resize", resize(context, src.value(), oh, ow, mode), {src}, {},
                [mode, src_shape = src.shape()](const BackwardCall& call) {
                  return std::vector{resize_backward(call.context, call.grad_dst, src_shape, mode)};
                });
}

}  // namespace impasto
