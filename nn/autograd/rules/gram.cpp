// gram: saves the features. Adds to the gradient that flows through the layer already.
#include "ops/gram/gram.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable gram(Context& context, const Variable& features, double scale) {
  return record("gram", gram_forward(context, features.value(), scale), {features},
                {features.value()}, [scale](const BackwardCall& call) {
                  return std::vector{gram_backward(call.context, call.saved[0], call.grad_dst,
                                                   scale, call.take_flowing(0))};
                });
}

}  // namespace impasto
