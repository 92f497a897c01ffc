// instance_norm: saves src, gamma and the two statistics.
#include "nn/autograd/functions.h"
#include "ops/normalize/normalize.h"

namespace impasto {

Variable instance_norm(Context& context, const Variable& src, const Variable& gamma,
                       const Variable& beta, double epsilon) {
  InstanceNormForward forward =
      instance_norm_forward(context, src.value(), gamma.value(), beta.value(), epsilon);
  return record("instance_norm", forward.dst, {src, gamma, beta},
                {src.value(), gamma.value(), forward.mean, forward.rstd},
                [](const BackwardCall& call) {
                  InstanceNormBackward gradients =
                      instance_norm_backward(call.context, call.saved[0], call.grad_dst,
                                             call.saved[1], call.saved[2], call.saved[3]);
                  return std::vector{gradients.grad_src, gradients.grad_gamma, gradients.grad_beta};
                });
}

}  // namespace impasto
