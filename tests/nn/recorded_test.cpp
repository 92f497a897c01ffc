// A whole evaluation, forward and backward, as GPU kernels: recorded once, its replays give the
// bits of fresh launches. On simt, or the GPU that $IMPASTO_TEST_DEVICE names.
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "nn/autograd/functions.h"
#include "nn/vgg.h"
#include "tensor/allocator.h"
#include "tensor/gpu.h"
#include "tensor/gpu_graph.h"
#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "tests/support/random_tensors.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

const Device kDevice = test::test_device({DeviceType::simt});
const std::vector<std::string> kLayers = {"relu1_1", "relu2_1", "relu3_1"};

struct Evaluation {
  Tensor loss, gradient;
};

// Losses on features and on Grams, against the targets of a picture.
class Objective {
 public:
  Objective(Context& context, const Tensor& target)
      : network_(vgg_spec(read_safetensors(std::string(IMPASTO_FIXTURES) + "/vgg.safetensors"),
                          "vgg.safetensors"),
                 PoolKind::max, kDevice),
        one_(Tensor::full({}, 1, DType::f64, kDevice)) {
    network_.forward(context, Variable(target), kLayers,
                     [&](const std::string& layer, const Variable& map) {
                       features_[layer] = map.value();
                       grams_[layer] = gram(context, map, 1e-3).value();
                     });
  }

  Evaluation evaluate(Context& context, const Tensor& image) {
    const Variable x(image, true);
    Variable total = total_variation(context, x, VariationKind::squared, 0.1);
    network_.forward(context, x, kLayers, [&](const std::string& layer, const Variable& map) {
      total = add(context, total, mse(context, map, Variable(features_[layer]), 0.5));
      const Variable g = gram(context, map, 1e-3);
      total = add(context, total, mse(context, g, Variable(grams_[layer]), 100));
    });
    backward(context, total, one_);
    return {total.value(), x.grad()};
  }

 private:
  Vgg network_;
  Tensor one_;
  std::map<std::string, Tensor> features_, grams_;
};

TEST_CASE("replays of a recorded evaluation give the bits of fresh launches") {
  const MemoryStats before = allocator_of(kDevice).stats();
  {
    ContextOptions options;
    options.device = kDevice;
    Context context(options);
    const auto picture = [](std::uint64_t seed) {
      Tensor result = test::random_tensor({1, 33, 38, 3}, DType::f32, seed);
      for (float& value : result.values<float>()) value = 128 + 40 * value;
      return result;
    };
    Objective objective(context, picture(1).to(kDevice));
    Tensor image = picture(2).to(kDevice);
    objective.evaluate(context, image);
    Evaluation recorded;
    const GpuGraph graph(context, [&] { recorded = objective.evaluate(context, image); });
    CHECK(graph.launches() > 20);
    for (std::uint64_t seed = 3; seed < 6; ++seed) {
      const Tensor next = picture(seed);
      gpu::copy(image.raw(), kDevice, next.raw(), Device{}, next.bytes());
      const Evaluation fresh = objective.evaluate(context, image);
      graph.replay(context);
      CHECK(recorded.loss.item() == fresh.loss.item());
      const Tensor got = recorded.gradient.to(Device{});
      const test::Comparison bits = test::compare_exact(got, fresh.gradient.to(Device{}));
      CHECK_MESSAGE(bits.ok, bits.message);
    }
  }
  CHECK(allocator_of(kDevice).stats().live_bytes == before.live_bytes);
}

}  // namespace
}  // namespace impasto
