// gemm: saves each factor only when the other needs a gradient.
//
//   C = alpha A B:  dA = alpha dC B^T,  dB = alpha A^T dC; a factor stored transposed gets the
//   transpose.
#include "ops/gemm/gemm.h"

#include "nn/autograd/functions.h"

namespace impasto {

Variable gemm(Context& context, const Variable& a, const Variable& b, const GemmParams& params) {
  const Tensor saved_a = b.needs_grad() ? a.value() : Tensor();
  const Tensor saved_b = a.needs_grad() ? b.value() : Tensor();
  const auto rule = [params](const BackwardCall& call) {
    const auto& [ta, tb, alpha] = params;
    std::vector<Tensor> gradients(2);
    if (call.wanted[0]) {
      const Tensor& other = call.saved[1];
      gradients[0] = ta ? gemm(call.context, other, call.grad_dst, {tb, true, alpha})
                        : gemm(call.context, call.grad_dst, other, {false, !tb, alpha});
    }
    if (call.wanted[1]) {
      const Tensor& other = call.saved[0];
      gradients[1] = tb ? gemm(call.context, call.grad_dst, other, {true, ta, alpha})
                        : gemm(call.context, other, call.grad_dst, {!ta, false, alpha});
    }
    return gradients;
  };
  return record("gemm", gemm(context, a.value(), b.value(), params), {a, b}, {saved_a, saved_b},
                rule);
}

}  // namespace impasto
