// reshape and sum: neither saves anything.
#include "nn/autograd/functions.h"
#include "ops/reduce/reduce.h"

namespace impasto {

Variable reshape(const Variable& a, const Shape& shape) {
  return record("reshape", a.value().reshape(shape), {a}, {},
                [from = a.shape()](const BackwardCall& call) {
                  return std::vector{call.grad_dst.reshape(from)};
                });
}

Variable sum(Context& context, const Variable& a) {
  return record("sum", sum(context, a.value()), {a}, {},
                [shape = a.shape(), dtype = a.value().dtype()](const BackwardCall& call) {
                  const Tensor& grad = call.grad_dst;
                  return std::vector{Tensor::full(shape, grad.item(), dtype, grad.device())};
                });
}

}  // namespace impasto
