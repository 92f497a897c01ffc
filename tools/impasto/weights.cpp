#include <fmt/core.h>

#include <optional>

#include "style/image.h"
#include "tensor/error.h"
#include "tools/impasto/interrupt.h"
#include "tools/impasto/setup.h"
#include "weights/convert.h"
#include "weights/fetch.h"
#include "weights/find.h"
#include "weights/weights.h"

namespace impasto::cli {
namespace {

void add_info(CLI::App& weights) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = weights.add_subcommand("info", "Layers, input convention and origin of FILE");
  command->add_option("FILE", *path, "Weights file of any known format")->required();
  command->callback([path] {
    const Archive archive = open_weights(*path);
    fmt::print("{}: {}\n", *path, archive.format);
    for (const auto& [key, value] : archive.metadata) fmt::print("  {}: {}\n", key, value);
    for (const auto& [name, tensor] : archive.tensors) {
      fmt::print("  {} {} {}\n", name, tensor.shape.to_string(), to_string(tensor.dtype));
    }
  });
}

struct Conversion {
  std::string in;
  std::string out;
  std::string input;
  ConvertOptions options;
};

void run_conversion(Conversion& conversion) {
  if (!conversion.out.ends_with(".safetensors")) {
    throw InputError(fmt::format("{}: the output's name must end in .safetensors", conversion.out));
  }
  if (!conversion.input.empty()) {
    conversion.options.input = parse_input_preset(conversion.input);
  }
  convert_weights(conversion.in, conversion.out, conversion.options);
  fmt::print("{}: converted from {}\n", conversion.out, conversion.in);
}

void add_convert(CLI::App& weights) {
  auto conversion = std::make_shared<Conversion>();
  ConvertOptions& options = conversion->options;
  CLI::App* command = weights.add_subcommand(
      "convert", "Convert a PyTorch .pth, Keras .h5 or safetensors file to safetensors");
  command->add_option("IN", conversion->in, "Weights file of any known format")->required();
  command->add_option("OUT", conversion->out, "A .safetensors file")->required();
  command->add_option("--input", conversion->input,
                      "Input convention: caffe (BGR, 0..255, the original VGG) or torchvision; "
                      "default: found out");
  command->add_option("--padding", options.padding, "zero, reflect or replicate");
  command->add_option("--license", options.license, "Licence of the weights, for the metadata");
  const std::map<std::string, DType> dtypes = {
      {"f32", DType::f32}, {"f16", DType::f16}, {"bf16", DType::bf16}};
  command->add_option("--dtype", options.dtype, "Stored as f32 (default), f16 or bf16")
      ->transform(CLI::CheckedTransformer(dtypes).description("f32|f16|bf16"));
  command->callback([conversion] { run_conversion(*conversion); });
}

}  // namespace

void add_weights(CLI::App& app) {
  CLI::App* weights = app.add_subcommand("weights", "Find, inspect, convert and fetch networks");
  weights->require_subcommand(1);
  add_info(*weights);
  add_convert(*weights);
}

}  // namespace impasto::cli
