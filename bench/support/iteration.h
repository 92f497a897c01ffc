// The problem of the whole iteration: VGG-19 through conv5_1 with random weights, random content
// and style pictures, content loss at relu4_2, style losses at relu1_1 ... relu5_1, and the
// gradient of an image that has left the content picture by some steps. Everything is a function of
// the side, so every program that measures it measures the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "style/losses.h"
#include "tensor/named_tensors.h"

namespace impasto::bench {

class Iteration {
 public:
  // variant: "f32" or "mixed", the precision; else throws InputError. threads 0: every core.
  Iteration(std::int64_t side, std::string_view variant, int threads = 0);

  LossGradient evaluate() { return objective_->evaluate(*context_, image_, true); }

  Context& context() { return *context_; }
  Tensor& image() { return image_; }

  // Weights [oc, ic, kh, kw] as files have them, mean of the network's input (BGR), the pictures,
  // and what evaluate() gives, losses as loss.total, loss.content.LAYER, loss.style.LAYER.
  NamedTensors exchange();

  // Gives everything but the network back, and says how many bytes that keeps: weights as they
  // came, and whatever kernels made of them. Nothing else may be called afterwards.
  std::size_t network_bytes();

 private:
  Vgg network_;
  std::unique_ptr<Context> context_;
  std::int64_t side_;
  Tensor image_;
  std::unique_ptr<StyleObjective> objective_;
};

// What the network's filters and biases take as they come.
std::size_t weight_bytes();

// Multiply-adds of the 13 convolutions computed directly, forward and backward. A pixel of the
// picture takes 361152 each way, when the side is a multiple of 16.
inline double direct_macs(std::int64_t side) {
  return 2.0 * 361'152 * static_cast<double>(side * side);
}

}  // namespace impasto::bench
