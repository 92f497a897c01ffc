#include "tools/impasto/setup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/core.h>

#include "style/recommended.h"
#include "tensor/allocator.h"
#include "tools/impasto/kernel_devices.h"
#include "tools/impasto/memory.h"
#include "weights/builtin.h"
#include "weights/find.h"
#include "weights/weights.h"

namespace impasto::cli {
namespace {

constexpr const char* kMachineGroup = "Network and machine";

std::uint64_t parse_random_network(const std::string& network) {
  constexpr std::string_view kPrefix = "random:";
  std::uint64_t seed = 0;
  const char* const end = network.data() + network.size();
  const char* const begin = network.data() + std::min(kPrefix.size(), network.size());
  const auto [stop, error] = std::from_chars(begin, end, seed);
  if (!network.starts_with(kPrefix) || error != std::errc() || stop != end) {
    throw InputError(
        fmt::format("--network '{}': expected random:SEED with a whole number", network));
  }
  return seed;
}

// "style_weight" is --style-weight.
bool is_given(const MachineOptions& options, std::string setting) {
  std::ranges::replace(setting, '_', '-');
  const CLI::Option* option = options.command->get_option_no_throw("--" + setting);
  return option != nullptr && option->count() > 0;
}

}  // namespace

CLI::Option* add_kernel_option(CLI::App& command, std::vector<std::string>& kernels) {
  return command
      .add_option(
          "--kernel", kernels,
          "Use this kernel, or fail and say why: OP.DIRECTION=ID, as `impasto kernels list` "
          "names them; may be given again")
      ->type_name("OP.DIRECTION=ID")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_machine_options(CLI::App& command, MachineOptions& o) {
  CLI::Option* weights =
      command
          .add_option("--weights", o.weights,
                      "Weights file (.safetensors, .pth, .h5), or built-in; default: "
                      "$IMPASTO_WEIGHTS, then the user's cache, then the network that is built in")
          ->group(kMachineGroup);
  command.add_option("--network", o.network, "random:SEED for a VGG-19 of random weights")
      ->excludes(weights)
      ->group(kMachineGroup);
  const std::map<std::string, PoolKind> kinds = {{"max", PoolKind::max},
                                                 {"average", PoolKind::average}};
  add_choice(command, "--pooling", o.pooling, kinds, "max (default) or average")
      ->group(kMachineGroup);
  add_compute_options(command, o);
}

void add_compute_options(CLI::App& command, MachineOptions& o) {
  o.command = &command;
  const char* group = kMachineGroup;
  command.add_option("--device", o.device, "Where to compute; see `impasto devices`")
      ->capture_default_str()
      ->group(group);
  const std::map<std::string, Precision> precisions = {{"f32", Precision::f32},
                                                       {"mixed", Precision::mixed}};
  add_choice(command, "--precision", o.precision, precisions,
             "f32 (default), or mixed: faster, with 16-bit products where the processor has "
             "AVX-512 VNNI; gradients are within a hundredth of the f32 ones")
      ->group(group);
  command.add_option("--threads", o.threads, "Processor threads; default: all cores")
      ->check(CLI::Range(1, 1024))
      ->group(group);
  command
      .add_option("--memory-limit", o.memory_limit_mib,
                  "Most MiB to use, 0 for no limit; default: what is available")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40))
      ->group(group);
  add_kernel_option(command, o.kernels)->group(group);
}

std::size_t memory_limit(const MachineOptions& options) {
  if (options.memory_limit_mib < 0) return available_memory();
  return static_cast<std::size_t>(options.memory_limit_mib) << 20;
}

std::unique_ptr<Context> make_context(const MachineOptions& options) {
  ContextOptions machine;
  machine.device = parse_device(options.device);
  machine.threads = options.threads;
  machine.precision = options.precision;
  allocator_of(machine.device).set_limit(memory_limit(options));
  auto context = std::make_unique<Context>(machine);
  request_kernels(*context, options.kernels);
  if (options.precision == Precision::mixed && !machine.features.has(Feature::avx512vnni)) {
    note("--precision mixed gains little here: this processor has no AVX-512 VNNI");
  }
  return context;
}

VggSpec load_network_spec(const MachineOptions& options, StylizeSettings* settings) {
  if (!options.network.empty()) return random_vgg_spec(parse_random_network(options.network));
  const FoundWeights found = find_weights(options.weights);
  note(found.path == kBuiltinWeights
           ? "weights: the compact network that is built in; `impasto weights fetch vgg19` gets "
             "the full VGG-19 (80 MB)"
           : fmt::format("weights: {} ({})", found.path, found.origin));
  const NamedTensors weights = read_weights(found.path);
  if (settings != nullptr) {
    adopt_recommended(
        weights.metadata, found.path,
        [&](const std::string& setting) { return is_given(options, setting); }, *settings);
  }
  return vgg_spec(weights, found.path);
}

Vgg load_network(const MachineOptions& options, Device device, StylizeSettings* settings) {
  return Vgg(load_network_spec(options, settings), options.pooling, device);
}

void add_loss_options(CLI::App& command, StylizeSettings& s) {
  const char* group = "Loss";
  const auto add_weight = [&](const char* name, double& value, const char* help) {
    command.add_option(name, value, help)
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group(group);
  };
  add_weight("--content-weight", s.content_weight, "Weight of the content loss");
  add_weight("--style-weight", s.style_weight, "Weight of the style loss");
  add_weight("--tv-weight", s.tv_weight, "Weight of total variation: smooths the result");
  const std::map<std::string, VariationKind> kinds = {{"squared", VariationKind::squared},
                                                      {"absolute", VariationKind::absolute}};
  add_choice(command, "--tv-kind", s.tv_kind, kinds, "squared (default) or absolute")->group(group);
  const auto add_layers = [&](const std::string& name, std::vector<WeightedLayer>& layers,
                              const char* help) {
    command
        .add_option_function<std::string>(
            name, [&layers, name](const std::string& text) { layers = parse_layers(text, name); },
            help)
        ->type_name("LAYER[=WEIGHT],...")
        ->group(group);
  };
  add_layers("--content-layers", s.content_layers, "Default: relu4_2");
  add_layers("--style-layers", s.style_layers, "Default: relu1_1,relu2_1,relu3_1,relu4_1,relu5_1");
  command.add_option("--style-blend", s.style_blend, "Shares of several style pictures: 2,1")
      ->delimiter(',')
      ->group(group);
}

void note(const std::string& text) {
  fmt::print(stderr, "impasto: {}\n", text);
}

void check_not_input(const std::string& output, const std::vector<std::string>& inputs) {
  std::error_code none;
  for (const std::string& input : inputs) {
    if (!std::filesystem::equivalent(output, input, none) || none) continue;
    throw InputError(fmt::format("the output {} is also an input; choose another name", output));
  }
}

}  // namespace impasto::cli
