#include <optional>

#include <fmt/core.h>

#include "style/trace.h"
#include "tensor/allocator.h"
#include "tools/impasto/interrupt.h"
#include "tools/impasto/memory.h"
#include "tools/impasto/progress.h"
#include "tools/impasto/setup.h"

namespace impasto::cli {
namespace {

struct StylizeOptions {
  MachineOptions machine;
  StylizeSettings settings;
  PictureSizes sizes;
  std::string content;
  std::vector<std::string> styles;
  std::string output;
  std::string init_image;
  std::string trace;
  int save_every = 0;
  bool original_colors = false;
  bool quiet = false;
};

void add_size_options(CLI::App& command, StylizeOptions& o) {
  const char* group = "Sizes";
  command
      .add_option("--size", o.sizes.size,
                  "Long side of the result in pixels; 0 keeps the content picture's size")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str()
      ->group(group);
  CLI::Option* style_size =
      command.add_option("--style-size", o.sizes.style_size, "Long side of the style pictures")
          ->check(CLI::Range(1, 1 << 20))
          ->group(group);
  command
      .add_option("--style-scale", o.sizes.style_scale,
                  "Long side of the style pictures as a share of the result's (never enlarged): "
                  "smaller makes finer strokes")
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(style_size)
      ->capture_default_str()
      ->group(group);
}

void add_optimiser_options(CLI::App& command, StylizeOptions& o) {
  const char* group = "Optimisation";
  StylizeSettings& s = o.settings;
  command.add_option("--iterations", s.iterations, "Steps of the optimiser")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str()
      ->group(group);
  const std::map<std::string, OptimizerKind> kinds = {{"lbfgs", OptimizerKind::lbfgs},
                                                      {"adam", OptimizerKind::adam}};
  add_choice(command, "--optimizer", s.optimizer, kinds, "lbfgs (default) or adam")->group(group);
  command
      .add_option("--lbfgs-history", s.lbfgs_history,
                  "Past steps that L-BFGS remembers; each costs two pictures of memory")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str()
      ->group(group);
  command.add_flag("--line-search", s.line_search, "Strong-Wolfe line search for L-BFGS")
      ->group(group);
  command
      .add_option("--learning-rate", s.learning_rate,
                  "Step length; default 1 for lbfgs, 10 (of 255) for adam")
      ->check(CLI::PositiveNumber)
      ->group(group);
  command
      .add_flag(
          "!--no-graph", s.graph,
          "Launch every iteration anew; on a device that can (simt, cuda) one is recorded and "
          "replayed otherwise")
      ->group(group);
  const std::map<std::string, InitKind> inits = {
      {"content", InitKind::content}, {"random", InitKind::random}, {"image", InitKind::image}};
  add_choice(command, "--init", s.init, inits, "Where to start: content (default), random or image")
      ->group(group);
  command
      .add_option("--init-image", o.init_image, "The picture to start from; implies --init image")
      ->group(group);
  command.add_option("--seed", s.seed, "Seed of the random start")
      ->check(CLI::Validator(
          [](const std::string& text) {
            // The parser itself would wrap a negative number round.
            return text.starts_with('-') ? "--seed must not be negative" : "";
          },
          ""))
      ->capture_default_str()
      ->group(group);
}

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

void resolve_init(StylizeOptions& o, bool init_given) {
  if (!o.init_image.empty()) {
    if (init_given && o.settings.init != InitKind::image) {
      throw InputError("--init-image goes with --init image");
    }
    o.settings.init = InitKind::image;
  } else if (o.settings.init == InitKind::image) {
    throw InputError("--init image needs --init-image FILE");
  }
}

std::vector<std::string> inputs_of(const StylizeOptions& o) {
  std::vector<std::string> inputs = o.styles;
  inputs.push_back(o.content);
  if (!o.init_image.empty()) inputs.push_back(o.init_image);
  return inputs;
}

Pictures load_pictures(const StylizeOptions& o) {
  Pictures pictures;
  pictures.content = load_image(o.content);
  for (const std::string& style : o.styles) pictures.styles.push_back(load_image(style));
  if (!o.init_image.empty()) pictures.init = load_image(o.init_image);
  return pictures;
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
  Progress progress(o.settings.iterations, o.quiet);
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
  StylizeResult result = stylize(context, network, o.settings, std::move(inputs), callbacks);
  progress.finish();
  return result;
}

void run(const StylizeOptions& o) {
  check_settings(o.settings);
  check_writable(o.output);
  check_not_input(o.output, inputs_of(o));
  const auto start = std::chrono::steady_clock::now();
  catch_interrupts();
  const std::unique_ptr<Context> context = make_context(o.machine);
  Pictures pictures = load_pictures(o);
  StylizeInputs inputs = prepare_inputs(*context, pictures, o.sizes, o.settings);
  const Shape shape = inputs.content.shape();
  Vgg network = load_network(o.machine, context->device());
  StylizeResult result;
  try {
    result = optimise(*context, network, o, pictures, std::move(inputs));
  } catch (const OutOfMemory& error) {
    note(error.what());
    note(memory_advice(*context, network, o.settings, shape, memory_limit(o.machine)));
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
  command->add_option("CONTENT", options->content, "The picture to paint")->required();
  command->add_option("STYLE", options->styles, "One or more pictures whose style to use")
      ->required();
  add_output_options(*command, *options);
  add_size_options(*command, *options);
  add_loss_options(*command, options->settings);
  add_optimiser_options(*command, *options);
  add_machine_options(*command, options->machine);
  command->callback([options, command] {
    options->sizes.enlarge = command->count("--size") > 0;
    resolve_init(*options, command->count("--init") > 0);
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
