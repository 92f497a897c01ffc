// A ReLU, forward and backward, through the installed library; the answers are known by hand.
#include <cstdio>
#include <vector>

#include "ops/relu/relu.h"
#include "tensor/context.h"
#include "tensor/tensor.h"

namespace {

bool equal(const impasto::Tensor& got, const std::vector<float>& want) {
  const auto values = got.values<float>();
  return std::vector<float>(values.begin(), values.end()) == want;
}

}  // namespace

int main() {
  using impasto::Tensor;
  impasto::Context context;
  const Tensor src = Tensor::from<float>({1, 1, 2, 2}, {-1.0f, 2.0f, 0.0f, 3.0f});
  const Tensor grad_dst = Tensor::from<float>({1, 1, 2, 2}, {5.0f, 6.0f, 7.0f, 8.0f});

  const impasto::ReluForward forward = impasto::relu_forward(context, src, /*want_mask=*/true);
  const Tensor grad_src = impasto::relu_backward(context, grad_dst, forward.mask);

  const bool ok = equal(forward.dst, {0.0f, 2.0f, 0.0f, 3.0f}) &&
                  equal(grad_src, {0.0f, 6.0f, 0.0f, 8.0f}) && context.launches().size() == 2;
  std::puts(ok ? "the installed library computes" : "wrong numbers from the installed library");
  return ok ? 0 : 1;
}
