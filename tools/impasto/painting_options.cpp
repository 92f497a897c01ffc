#include "tools/impasto/painting_options.h"

namespace impasto::cli {
namespace {

void add_size_options(CLI::App& command, PaintingOptions& o) {
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

void add_optimiser_options(CLI::App& command, PaintingOptions& o) {
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

void resolve_init(PaintingOptions& o, bool init_given) {
  if (!o.init_image.empty()) {
    if (init_given && o.settings.init != InitKind::image) {
      throw InputError("--init-image goes with --init image");
    }
    o.settings.init = InitKind::image;
  } else if (o.settings.init == InitKind::image) {
    throw InputError("--init image needs --init-image FILE");
  }
}

}  // namespace

void add_painting_options(CLI::App& command, PaintingOptions& o) {
  command.add_option("CONTENT", o.content, "The picture to paint")->required();
  command.add_option("STYLE", o.styles, "One or more pictures whose style to use")->required();
  add_size_options(command, o);
  add_loss_options(command, o.settings);
  add_optimiser_options(command, o);
  add_machine_options(command, o.machine);
}

void resolve_options(const CLI::App& command, PaintingOptions& o) {
  o.sizes.enlarge = command.count("--size") > 0;
  resolve_init(o, command.count("--init") > 0);
}

std::vector<std::string> inputs_of(const PaintingOptions& o) {
  std::vector<std::string> inputs = o.styles;
  inputs.push_back(o.content);
  if (!o.init_image.empty()) inputs.push_back(o.init_image);
  return inputs;
}

Pictures load_pictures(const PaintingOptions& o) {
  Pictures pictures;
  pictures.content = load_image(o.content);
  for (const std::string& style : o.styles) pictures.styles.push_back(load_image(style));
  if (!o.init_image.empty()) pictures.init = load_image(o.init_image);
  return pictures;
}

}  // namespace impasto::cli
