#include "bench/support/iteration.h"

#include "ops/elementwise/elementwise.h"
#include "ops/resize/resize.h"
#include "tensor/allocator.h"
#include "tensor/random.h"

namespace impasto::bench {
namespace {

constexpr std::uint64_t kWeightSeed = 1;

Tensor noise(std::int64_t side, std::uint64_t seed, double amplitude) {
  Tensor result = Tensor::empty({1, side, side, 3});
  fill_uniform(result, seed, -amplitude, amplitude);
  return result;
}

enum class Picture : std::uint64_t { content = 1, style = 2, change = 3 };

std::uint64_t seed_of(Picture which) {
  return static_cast<std::uint64_t>(which) << 20;
}

// Equally much of every octave, as photographs have. White noise would be a picture like no other:
// most of what it excites in a network is close to zero, where rounding decides over ReLU's choice.
Tensor random_picture(Context& context, std::int64_t side, Picture which) {
  constexpr double kAmplitude = 40;
  const std::uint64_t seed = seed_of(which);
  Tensor sum = Tensor::full({1, side, side, 3}, 128);
  for (std::int64_t cells = 4; cells <= side; cells *= 2) {
    Tensor octave = noise(cells, seed + static_cast<std::uint64_t>(cells), kAmplitude);
    if (cells < side) octave = resize(context, octave, side, side, ResizeMode::bicubic);
    axpby(context, 1, octave, 1, sum);
  }
  return clamp(context, sum, 0, 255);
}

}  // namespace

Iteration::Iteration(std::int64_t side, std::string_view variant, int threads)
    : network_(random_vgg_spec(kWeightSeed)),
      context_(std::make_unique<Context>(
          ContextOptions{.threads = threads, .precision = parse_precision(variant)})),
      side_(side) {
  // Nobody keeps these two once the targets are known, as in a real run.
  const Tensor content = random_picture(*context_, side, Picture::content);
  const Tensor style = random_picture(*context_, side, Picture::style);
  image_ = add(*context_, content, noise(side, seed_of(Picture::change), 8));
  objective_ = std::make_unique<StyleObjective>(*context_, network_, StylizeSettings{}, content,
                                                std::vector<Tensor>{style});
}

NamedTensors Iteration::exchange() {
  NamedTensors all;
  const VggSpec spec = random_vgg_spec(kWeightSeed);
  for (const VggSpec::Conv& conv : spec.convs) {
    all.tensors[conv.name() + ".weight"] = ohwi_to_oihw(conv.wei);
    all.tensors[conv.name() + ".bias"] = conv.bias;
  }
  const auto& mean = spec.input.mean;
  all.tensors["mean"] = Tensor::from<double>({3}, std::vector<double>(mean.begin(), mean.end()));
  all.tensors["content"] = random_picture(*context_, side_, Picture::content);
  all.tensors["style"] = random_picture(*context_, side_, Picture::style);
  all.tensors["image"] = image_;

  const LossGradient result = evaluate();
  const auto add_loss = [&](const std::string& name, double value) {
    all.tensors["loss." + name] = Tensor::full({1}, value, DType::f64);
  };
  add_loss("total", result.losses.total);
  for (const auto& [layer, value] : result.losses.content) add_loss("content." + layer, value);
  for (const auto& [layer, value] : result.losses.style) add_loss("style." + layer, value);
  all.tensors["gradient"] = result.gradient;
  return all;
}

std::size_t weight_bytes() {
  std::size_t bytes = 0;
  for (const VggSpec::Conv& conv : random_vgg_spec(kWeightSeed).convs) {
    bytes += conv.wei.bytes() + conv.bias.bytes();
  }
  return bytes;
}

std::size_t Iteration::network_bytes() {
  objective_.reset();
  context_.reset();
  image_ = {};
  return allocator_of({}).stats().live_bytes;
}

}  // namespace impasto::bench
