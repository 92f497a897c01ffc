// mse: saves both operands.
#include "ops/mse/mse.h"

#include "nn/autograd/functions.h"
#include "ops/elementwise/elementwise.h"

namespace impasto {

Variable mse(Context& context, const Variable& a, const Variable& b, double weight) {
  const auto rule = [weight](const BackwardCall& call) {
    Tensor grad_a = mse_backward(call.context, call.saved[0], call.saved[1], weight, call.grad_dst);
    const Tensor grad_b = call.wanted[1] ? scale(call.context, grad_a, -1) : Tensor();
    return std::vector{grad_a, grad_b};
  };
  return record("mse", mse_forward(context, a.value(), b.value(), weight), {a, b},
                {a.value(), b.value()}, rule);
}

}  // namespace impasto
