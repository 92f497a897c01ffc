// The problem of the whole iteration: VGG-19 through conv5_1 with random weights, random content
// and style pictures, content loss at relu4_2, style losses at relu1_1 ... relu5_1, and the
// gradient of an image that has left the content picture by some steps. Everything is a function of
// the side, so every program and every device that measures it measures the same.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "style/losses.h"
#include "tensor/gpu_graph.h"
#include "tensor/named_tensors.h"

namespace impasto::bench {

struct IterationOptions {
  std::string variant = "f32";  // a name of math_mode.h
  int threads = 0;              // 0: every core
  Device device = {};
};

// How far two evaluations are from each other: the largest relative difference of a loss, and that
// of the gradient in the Frobenius norm.
struct IterationErrors {
  double loss = 0, gradient = 0;
};

class Iteration {
 public:
  explicit Iteration(std::int64_t side, const IterationOptions& options = {});

  // Complete on return, also on a GPU: what is timed is this call. What it gives may be overwritten
  // by the next one.
  LossGradient evaluate();
  // From the second evaluation on, record one and replay it; or launch each. Throws InputError
  // where nothing can be recorded.
  void set_replay(bool replay);

  Context& context() { return *context_; }
  Tensor& image() { return image_; }

  // Weights [oc, ic, kh, kw] as files have them, mean of the network's input (BGR), the pictures,
  // and what evaluate() gives, losses as loss.total, loss.content.LAYER, loss.style.LAYER.
  NamedTensors exchange();
  // Of an evaluation, to what exchange() gave of the same problem.
  IterationErrors errors(const NamedTensors& want);

  // Gives everything but the network back, and says how many bytes that keeps: weights as they
  // came, and whatever kernels made of them. Nothing else may be called afterwards.
  std::size_t network_bytes();

 private:
  Context& host() { return host_ ? *host_ : *context_; }  // makes the pictures

  Vgg network_;
  std::unique_ptr<Context> context_, host_;  // host_: only where context_ is of a device
  std::int64_t side_;
  Tensor image_;
  std::unique_ptr<StyleObjective> objective_;
  bool replay_ = false;
  LossTensors computed_, recorded_;
  std::optional<GpuGraph> graph_;  // of what gives recorded_
};

// What the network's filters and biases take as they come.
std::size_t weight_bytes();

// Multiply-adds of the 13 convolutions computed directly, forward and backward. A pixel of the
// picture takes 361152 each way, when the side is a multiple of 16.
inline double direct_macs(std::int64_t side) {
  return 2.0 * 361'152 * static_cast<double>(side * side);
}

}  // namespace impasto::bench
