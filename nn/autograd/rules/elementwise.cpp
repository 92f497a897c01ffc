// Elementwise arithmetic: only products save anything, each factor only when the other needs a
// gradient.
#include "ops/elementwise/elementwise.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable add(Context& context, const Variable& a, const Variable& b) {
  return record("add", add(context, a.value(), b.value()), {a, b}, {},
                [](const BackwardCall& call) {
                  return std::vector{call.grad_dst, call.grad_dst};
                });
}

Variable sub(Context& context, const Variable& a, const Variable& b) {
  return record(
      "sub", sub(context, a.value(), b.value()), {a, b}, {}, [](const BackwardCall& call) {
        const Tensor negative = call.wanted[1] ? scale(call.context, call.grad_dst, -1) : Tensor();
        return std::vector{call.grad_dst, negative};
      });
}

Variable mul(Context& context, const Variable& a, const Variable& b) {
  const Tensor saved_a = b.needs_grad() ? a.value() : Tensor();
  const Tensor saved_b = a.needs_grad() ? b.value() : Tensor();
  return record("mul", mul(context, a.value(), b.value()), {a, b}, {saved_a, saved_b},
                [](const BackwardCall& call) {
                  std::vector<Tensor> gradients(2);
                  for (std::size_t i : {0u, 1u}) {
                    if (call.wanted[i]) {
                      gradients[i] = mul(call.context, call.grad_dst, call.saved[1 - i]);
                    }
                  }
                  return gradients;
                });
}

Variable scale(Context& context, const Variable& a, double alpha) {
  return record("scale", scale(context, a.value(), alpha), {a}, {},
                [alpha](const BackwardCall& call) {
                  return std::vector{scale(call.context, call.grad_dst, alpha)};
                });
}

}  // namespace impasto
