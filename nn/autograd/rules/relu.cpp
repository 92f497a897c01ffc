// relu: saves one bit an element.
#include "ops/relu/relu.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable relu(Context& context, const Variable& src) {
  ReluForward forward = relu_forward(context, src.value(), src.needs_grad());
  return record("relu", forward.dst, {src}, {forward.mask}, [](const BackwardCall& call) {
    return std::vector{relu_backward(call.context, call.grad_dst, call.saved[0])};
  });
}

}  // namespace impasto
