// pad: saves nothing.
#include "nn/autograd/functions.h"

namespace impasto {

Variable pad(Context& context, const Variable& src, const PadParams& params) {
  return record("pad", pad(context, src.value(), params), {src}, {},
                [params, src_shape = src.shape()](const BackwardCall& call) {
                  return std::vector{pad_backward(call.context, call.grad_dst, src_shape, params)};
                });
}

}  // namespace impasto
