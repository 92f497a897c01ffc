#include "bench/support/iteration.h"

#include <cmath>

#include "bench/support/math_mode.h"
#include "ops/elementwise/elementwise.h"
#include "ops/resize/resize.h"
#include "tensor/allocator.h"
#include "tensor/random.h"
#include "tools/lab/difference.h"
#include "tools/lab/launch_timer.h"

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

// As files name them: total, content.LAYER, style.LAYER.
std::map<std::string, double> named_losses(const LossReport& losses) {
  std::map<std::string, double> named{{"total", losses.total}};
  for (const auto& [layer, value] : losses.content) named["content." + layer] = value;
  for (const auto& [layer, value] : losses.style) named["style." + layer] = value;
  return named;
}

}  // namespace

Iteration::Iteration(std::int64_t side, const IterationOptions& options)
    : network_(random_vgg_spec(kWeightSeed), PoolKind::max, options.device),
      context_(std::make_unique<Context>(
          ContextOptions{.device = options.device,
                         .threads = options.threads,
                         .precision = math_mode(options.variant).precision})),
      side_(side) {
  if (options.device.type != DeviceType::cpu) {
    host_ = std::make_unique<Context>(ContextOptions{.threads = options.threads});
  }
  for (const MathMode::Request& request : math_mode(options.variant).requests) {
    context_->request_kernel(request.table, request.kernel);
  }
  // Nobody keeps these two once the targets are known, as in a real run.
  const Tensor content = random_picture(host(), side, Picture::content);
  const Tensor style = random_picture(host(), side, Picture::style);
  image_ = add(host(), content, noise(side, seed_of(Picture::change), 8)).to(options.device);
  objective_ = std::make_unique<StyleObjective>(*context_, network_, StylizeSettings{}, content,
                                                std::vector<Tensor>{style});
}

void Iteration::set_replay(bool replay) {
  if (replay && !GpuGraph::can_record(context_->device())) {
    throw InputError(fmt::format("{} records nothing", to_string(context_->device())));
  }
  replay_ = replay;
}

LossGradient Iteration::evaluate() {
  const auto compute = [&] { return objective_->compute(*context_, image_, true); };
  if (replay_ && !graph_ && computed_.values.defined()) {
    const MemoryStats memory = allocator_of(context_->device()).stats();
    graph_.emplace(
        *context_, [&] { recorded_ = compute(); }, memory.peak_bytes - memory.live_bytes);
  }
  const bool recorded = replay_ && graph_;
  if (recorded) {
    graph_->replay(*context_);
  } else {
    computed_ = {};  // its memory is used again
    computed_ = compute();
  }
  const LossTensors& result = recorded ? recorded_ : computed_;
  LossReport losses = objective_->read(result.values);
  lab::wait_for(*context_);
  return {std::move(losses), result.gradient};
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
  all.tensors["content"] = random_picture(host(), side_, Picture::content);
  all.tensors["style"] = random_picture(host(), side_, Picture::style);
  all.tensors["image"] = image_.to(Device{});

  const LossGradient result = evaluate();
  for (const auto& [name, value] : named_losses(result.losses)) {
    all.tensors["loss." + name] = Tensor::full({1}, value, DType::f64);
  }
  all.tensors["gradient"] = result.gradient.to(Device{});
  return all;
}

IterationErrors Iteration::errors(const NamedTensors& want) {
  const LossGradient got = evaluate();
  IterationErrors errors;
  for (const auto& [name, value] : named_losses(got.losses)) {
    const double error = std::abs(value / want.tensors.at("loss." + name).item() - 1);
    errors.loss = std::isnan(error) ? HUGE_VAL : std::max(errors.loss, error);
  }
  const Tensor gradient = got.gradient.to(Device{});
  errors.gradient = lab::difference(gradient, want.tensors.at("gradient")).frobenius;
  return errors;
}

std::size_t weight_bytes() {
  std::size_t bytes = 0;
  for (const VggSpec::Conv& conv : random_vgg_spec(kWeightSeed).convs) {
    bytes += conv.wei.bytes() + conv.bias.bytes();
  }
  return bytes;
}

std::size_t Iteration::network_bytes() {
  const Device device = context_->device();
  graph_.reset();
  computed_ = recorded_ = {};
  objective_.reset();
  context_.reset();
  host_.reset();
  image_ = {};
  return allocator_of(device).stats().live_bytes;
}

}  // namespace impasto::bench
