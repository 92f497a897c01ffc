#include <fmt/core.h>

#include "style/trace.h"
#include "tensor/atomic_file.h"
#include "tools/impasto/autotuning.h"
#include "tools/impasto/setup.h"
#include "weights/safetensors.h"

namespace impasto::cli {
namespace {

struct EvaluateOptions {
  MachineOptions machine;
  StylizeSettings settings;
  std::string content;
  std::vector<std::string> styles;
  std::string image;
  std::string gradient;
  std::string json = "-";
  bool autotune = false;
};

void write_json(const std::string& path, const std::string& json) {
  if (path == "-") {
    fmt::print("{}\n", json);
  } else {
    const std::string text = json + "\n";
    write_file_atomically(path, std::as_bytes(std::span(text)));
  }
}

void run(const EvaluateOptions& o) {
  check_settings(o.settings);
  if (!o.gradient.empty() && !o.gradient.ends_with(".safetensors")) {
    throw InputError(fmt::format("--gradient {}: the name must end in .safetensors", o.gradient));
  }
  std::vector<std::string> inputs = o.styles;
  inputs.insert(inputs.end(), {o.content, o.image});
  if (!o.gradient.empty()) check_not_input(o.gradient, inputs);
  if (o.json != "-") check_not_input(o.json, inputs);

  const std::unique_ptr<Context> context = make_context(o.machine);
  const Autotuning autotuning(*context, o.autotune);
  const Image content = load_image(o.content), image = load_image(o.image);
  std::vector<Tensor> styles;
  for (const std::string& style : o.styles) styles.push_back(to_batch(load_image(style)));
  if (image.rgb.shape() != content.rgb.shape()) {
    throw InputError(fmt::format(
        "{} is {} x {}, but the content picture {} is {} x {}; both must "
        "have one size",
        o.image, image.width(), image.height(), o.content, content.width(), content.height()));
  }
  StylizeSettings settings = o.settings;
  Vgg network = load_network(o.machine, context->device(), &settings);
  StyleObjective objective(*context, network, settings, to_batch(content), styles);
  for (const std::string& text : objective.layers().notes) note(text);
  const LossGradient result = objective.evaluate(*context, to_batch(image), !o.gradient.empty());
  if (!o.gradient.empty()) {
    NamedTensors file;
    file.tensors["gradient"] = result.gradient.reshape(image.rgb.shape());
    file.metadata["space"] = "d total / d image, [H, W, 3], RGB, 0..255";
    write_safetensors(o.gradient, file);
  }
  write_json(o.json, losses_json(result.losses));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command =
      app.add_subcommand("evaluate", "Losses, and their gradient, of a given picture");
  command->add_option("--content", options->content, "Content picture, at its own size")
      ->required();
  command->add_option("--style", options->styles, "Style pictures, at their own sizes")->required();
  command->add_option("--image", options->image, "The picture to evaluate")->required();
  command->add_option("--gradient", options->gradient,
                      "Write the gradient with respect to the picture to this .safetensors file");
  command->add_option("--json", options->json, "Where the losses go; - is standard output")
      ->capture_default_str();
  add_loss_options(*command, options->settings);
  add_machine_options(*command, options->machine);
  add_autotune_option(*command, options->autotune);
  command->callback([options] { run(*options); });
  command->footer(
      "Losses carry their weights and add up to the total. Pictures may be .safetensors files with "
      "a\n"
      "tensor `image` [H, W, 3], RGB, 0..255; the gradient file holds `gradient` in the same "
      "space.");
}

}  // namespace impasto::cli
