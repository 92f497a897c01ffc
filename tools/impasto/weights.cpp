
#include <algorithm>
#include <optional>

#include <fmt/core.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tools/impasto/interrupt.h"
#include "tools/impasto/setup.h"
#include "weights/convert.h"
#include "weights/describe.h"
#include "weights/fetch.h"
#include "weights/find.h"

namespace impasto::cli {
namespace {

void add_info(CLI::App& weights) {
  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = weights.add_subcommand("info", "Layers, input convention and origin of FILE");
  command->add_option("FILE", *path, "Weights file of any known format")->required();
  command->add_flag("--json", *json, "As JSON");
  command->callback([path, json] {
    if (*json) {
      fmt::print("{}\n", describe_weights_json(*path));
    } else {
      for (const std::string& line : describe_weights(*path)) fmt::print("{}\n", line);
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
  add_choice(*command, "--dtype", options.dtype, dtypes, "Stored as f32 (default), f16 or bf16");
  command->callback([conversion] { run_conversion(*conversion); });
}

void add_list(CLI::App& weights) {
  CLI::App* command =
      weights.add_subcommand("list", "Weights that are here, best first, and those to fetch");
  command->callback([] {
    for (const FoundWeights& found : list_weights()) {
      fmt::print("{}  {} ({})\n", found.path, summarize_weights(found.path), found.origin);
    }
    for (const PublishedWeights& known : published_weights()) {
      fmt::print("{}  (`impasto weights fetch {}`, {} MB, {})\n", known.name, known.name,
                 known.bytes / 1000000, known.license);
    }
  });
}

// A bar that is rewritten on a terminal; nothing when piped.
void show_download(std::uint64_t done, std::uint64_t total) {
  if (::isatty(STDERR_FILENO) == 0 || total == 0) return;
  constexpr std::uint64_t kWidth = 40;
  const auto filled = static_cast<std::size_t>(kWidth * std::min(done, total) / total);
  fmt::print(stderr, "\r[{:<{}}] {:.1f} of {:.1f} MB", std::string(filled, '#'), kWidth,
             static_cast<double>(done) / 1e6, static_cast<double>(total) / 1e6);
  std::fflush(stderr);
}

void fetch(const std::string& name, FetchOptions& options) {
  catch_interrupts();
  options.progress = show_download;
  options.interrupted = [] { return interrupted() != 0; };
  try {
    const std::string path = fetch_weights(name, options);
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
    fmt::print("{}\n", path);
  } catch (const InputError& error) {
    if (interrupted() == 0) throw;
    note(error.what());
    throw ExitCode{128 + interrupted()};
  }
}

void add_fetch(CLI::App& weights) {
  auto name = std::make_shared<std::string>();
  auto options = std::make_shared<FetchOptions>();
  CLI::App* command = weights.add_subcommand(
      "fetch", "Download published weights, check their hash, convert them into the cache folder");
  command->add_option("NAME", *name, "What to fetch: vgg19")->required();
  command->add_option("--url", options->url, "A mirror; it must give the same bytes");
  command->add_option("--folder", options->folder, "Where to put them; default: the cache folder");
  command->callback([name, options] { fetch(*name, *options); });
  command->footer("Interrupted downloads go on where they stopped.");
}

}  // namespace

void add_weights(CLI::App& app) {
  CLI::App* weights = app.add_subcommand("weights", "Find, inspect, convert and fetch networks");
  weights->require_subcommand(1);
  add_list(*weights);
  add_info(*weights);
  add_convert(*weights);
  add_fetch(*weights);
}

}  // namespace impasto::cli
