// total_variation: saves the picture.
#include "ops/total_variation/total_variation.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable total_variation(Context& context, const Variable& x, VariationKind kind, double weight) {
  return record("total_variation", total_variation_forward(context, x.value(), kind, weight), {x},
                {x.value()}, [kind, weight](const BackwardCall& call) {
                  return std::vector{total_variation_backward(call.context, call.saved[0], kind,
                                                              weight, call.grad_dst)};
                });
}

}  // namespace impasto
