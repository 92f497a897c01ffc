#include <optional>

#include <fmt/core.h>

#include "style/trace.h"
#include "tensor/allocator.h"
#include "tools/impasto/autotuning.h"
#include "tools/impasto/interrupt.h"
#include "tools/impasto/memory.h"
#include "tools/impasto/painting_options.h"
#include "tools/impasto/progress.h"

namespace impasto::cli {
namespace {

struct StylizeOptions {
  PaintingOptions painting;
  std::string output;
  std::string trace;
  int save_every = 0;
  bool original_colors = false;
  bool quiet = false;
  bool autotune = false;
};

void add_output_options(CLI::App& command, StylizeOptions& o) {
  const char* group = "Result";
  command.add_option("-o,--output", o.output, "Result: .png, .jpg, .bmp, .tga or .safetensors")
      ->required()
      ->group(group);
  command.add_flag("--original-colors", o.original_colors, "Keep the content picture's colours")
      ->group(group);
  command
      .add_option("--save-every", o.save_every,
                  "Also save OUT-000050.png, ... every so many iterations")
      ->check(CLI::Range(1, 100000000))
      ->group(group);
  command
      .add_option(
          "--trace", o.trace,
          "Losses and peak memory at every evaluation, as JSON; a GPU is waited for at each")
      ->group(group);
  command.add_flag("-q,--quiet", o.quiet, "No progress")->group(group);
}

std::string numbered(const std::string& output, int iteration) {
  const std::filesystem::path path(output);
  return (path.parent_path() /
          fmt::format("{}-{:06}{}", path.stem().string(), iteration, path.extension().string()))
      .string();
}

// Everything between loading and saving, so that its tensors are gone when memory runs out.
StylizeResult optimise(Context& context, Vgg& network, const StylizeOptions& o, Pictures& pictures,
                       StylizeInputs inputs) {
  std::optional<TraceWriter> trace;
  if (!o.trace.empty()) trace.emplace(o.trace);
  Progress progress(o.painting.settings.iterations, o.quiet);
  StylizeCallbacks callbacks;
  if (trace) callbacks.report_every = 1;
  callbacks.on_evaluation = [&](const EvaluationRecord& record) {
    progress.evaluated(record);
    if (trace) trace->add(record);
  };
  callbacks.on_iteration = [&](int iteration, const Tensor& image) {
    if (o.save_every == 0 || iteration % o.save_every != 0) return;
    save_image(numbered(o.output, iteration),
               finish_picture(image, pictures.content, o.original_colors));
  };
  callbacks.on_note = [&](const std::string& text) {
    progress.interrupt_line();
    note(text);
  };
  callbacks.should_stop = [] { return interrupted() != 0; };
  StylizeResult result =
      stylize(context, network, o.painting.settings, std::move(inputs), callbacks);
  progress.finish();
  return result;
}

void run(StylizeOptions& o) {
  check_settings(o.painting.settings);
  check_writable(o.output);
  check_not_input(o.output, inputs_of(o.painting));
  const auto start = std::chrono::steady_clock::now();
  catch_interrupts();
  const std::unique_ptr<Context> context = make_context(o.painting.machine);
  const Autotuning autotuning(*context, o.autotune);
  Pictures pictures = load_pictures(o.painting);
  StylizeInputs inputs = prepare_inputs(*context, pictures, o.painting.sizes, o.painting.settings);
  const Shape shape = inputs.content.shape();
  Vgg network = load_network(o.painting.machine, context->device(), &o.painting.settings);
  StylizeResult result;
  try {
    result = optimise(*context, network, o, pictures, std::move(inputs));
  } catch (const OutOfMemory& error) {
    note(error.what());
    context->set_autotuner(nullptr);  // its trials would count as memory that a picture takes
    note(memory_advice(*context, network, o.painting.settings, shape,
                       memory_limit(o.painting.machine)));
    throw ExitCode{kExitOutOfMemory};
  }
  if (result.iterations > 0) {
    save_image(o.output, finish_picture(result.image, pictures.content, o.original_colors));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    fmt::print("{}: {} x {}, {} iterations, loss {:.5g}, {:.1f} s, {:.0f} MiB at most\n", o.output,
               shape[2], shape[1], result.iterations, result.losses.total, elapsed.count(),
               static_cast<double>(allocator_of(context->device()).stats().peak_bytes) / 1048576);
  }
  if (!result.stopped) return;
  note(result.iterations > 0 ? "interrupted; the picture so far is saved"
                             : "interrupted before the first iteration; nothing to save");
  throw ExitCode{128 + interrupted()};
}

}  // namespace

void add_stylize(CLI::App& app) {
  auto options = std::make_shared<StylizeOptions>();
  CLI::App* command = app.add_subcommand("stylize", "Paint CONTENT in the style of STYLE");
  add_output_options(*command, *options);
  add_painting_options(*command, options->painting);
  add_autotune_option(*command, options->autotune);
  command->callback([options, command] {
    resolve_options(*command, options->painting);
    run(*options);
  });
  command->footer(
      "Examples:\n"
      "  impasto stylize photo.jpg starry_night.jpg -o out.png\n"
      "  impasto stylize photo.jpg a.jpg b.jpg --style-blend 2,1 -o out.png   two styles, 2 : 1\n"
      "  impasto stylize photo.jpg ink.png -o out.png --original-colors --style-scale 0.5\n"
      "\n"
      "More style: a larger --style-weight (or smaller --content-weight). Ctrl-C saves what is "
      "there.");
}

}  // namespace impasto::cli
