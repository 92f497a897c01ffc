// What somebody else's program would do first: compute something whose answer is known by hand, and
// open files. Opening them, though there are none, links every reader and what it stands on.
#include <cstdio>
#include <string>
#include <vector>

#include "ops/relu/relu.h"
#include "style/image.h"
#include "tensor/context.h"
#include "tensor/error.h"
#include "weights/weights.h"

namespace {

using impasto::Tensor;

bool equal(const Tensor& got, const std::vector<float>& want) {
  const auto values = got.values<float>();
  return std::vector<float>(values.begin(), values.end()) == want;
}

bool computes() {
  impasto::Context context;
  const Tensor src = Tensor::from<float>({1, 1, 2, 2}, {-1.0f, 2.0f, 0.0f, 3.0f});
  const Tensor grad_dst = Tensor::from<float>({1, 1, 2, 2}, {5.0f, 6.0f, 7.0f, 8.0f});
  const impasto::ReluForward forward = impasto::relu_forward(context, src, true);
  const Tensor grad_src = impasto::relu_backward(context, grad_dst, forward.mask);
  return equal(forward.dst, {0.0f, 2.0f, 0.0f, 3.0f}) &&
         equal(grad_src, {0.0f, 6.0f, 0.0f, 8.0f}) && context.launches().size() == 2;
}

template <class Open>
bool misses(const std::string& path, Open open) {
  try {
    open(path);
  } catch (const impasto::InputError& error) {
    return std::string(error.what()).find(path) != std::string::npos;
  }
  return false;
}

}  // namespace

int main() {
  const bool ok = computes() &&
                  misses("missing.h5", [](const auto& path) { impasto::read_weights(path); }) &&
                  misses("missing.png", [](const auto& path) { impasto::load_image(path); });
  std::puts(ok ? "the installed library works" : "the installed library does not work");
  return ok ? 0 : 1;
}
