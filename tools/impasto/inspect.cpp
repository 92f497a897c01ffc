#include <fmt/core.h>

#include "ops/gram/gram.h"
#include "tools/impasto/setup.h"
#include "weights/safetensors.h"

namespace impasto::cli {
namespace {

struct InspectOptions {
  MachineOptions machine;
  std::string image;
  std::vector<std::string> layers;
  std::string output;
  bool gram = false;
};

void run(const InspectOptions& o) {
  if (!o.output.ends_with(".safetensors")) {
    throw InputError(fmt::format("-o {}: the name must end in .safetensors", o.output));
  }
  check_not_input(o.output, {o.image});
  const std::unique_ptr<Context> context = make_context(o.machine);
  const Image image = load_image(o.image);
  Vgg network = load_network(o.machine, context->device());
  for (const std::string& layer : o.layers) {
    network.layer_shape(layer, image.height(), image.width());
  }
  const Variable input(to_batch(image).to(context->device()));
  const auto taps = network.forward(*context, input, o.layers);
  NamedTensors file;
  for (const auto& [layer, variable] : taps) {
    const Shape& s = variable.shape();
    file.tensors[layer] = variable.value().reshape({s[1], s[2], s[3]});
    if (o.gram) {
      file.tensors["gram." + layer] =
          gram_forward(*context, variable.value(), gram_scale(s)).reshape({s[3], s[3]});
    }
    fmt::print("{} [{}, {}, {}]\n", layer, s[1], s[2], s[3]);
  }
  file.metadata["layout"] = "features [H, W, C]; gram = F F^T / (C H W), [C, C]";
  write_safetensors(o.output, file);
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand("inspect", "What a network sees in IMAGE: its features");
  command->add_option("IMAGE", options->image, "Picture, at its own size")->required();
  command
      ->add_option("--layers", options->layers,
                   "Layers by name, separated by commas: relu1_1,pool1")
      ->required()
      ->delimiter(',');
  command->add_flag("--gram", options->gram, "Gram matrices, too, named gram.LAYER");
  command->add_option("-o,--output", options->output, "A .safetensors file, features as [H, W, C]")
      ->required();
  add_machine_options(*command, options->machine);
  command->callback([options] { run(*options); });
}

}  // namespace impasto::cli
