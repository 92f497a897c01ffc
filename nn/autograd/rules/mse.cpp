// mse: saves the difference of its operands, which its forward pass computes on the way. Adds to
// the gradient that flows through the layer already.
#include "ops/mse/mse.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable mse(Context& context, const Variable& a, const Variable& b, double weight) {
  const MseForward forward =
      mse_forward(context, a.value(), b.value(), weight, any_needs_grad({a, b}));
  const auto rule = [weight](const BackwardCall& call) {
    std::vector<Tensor> gradients(2);
    for (std::size_t i : {0u, 1u}) {
      if (!call.wanted[i]) continue;
      gradients[i] = mse_backward(call.context, call.saved[0], i == 0 ? weight : -weight,
                                  call.grad_dst, call.take_flowing(i));
    }
    return gradients;
  };
  return record("mse", forward.value, {a, b}, {forward.difference}, rule);
}

}  // namespace impasto
