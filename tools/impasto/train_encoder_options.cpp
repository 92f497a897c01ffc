#include "tools/impasto/train_encoder_options.h"

namespace impasto::cli {
namespace {

std::string joined(const std::vector<std::int64_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, ","));
}

void add_student_options(CLI::App& command, TrainEncoderOptions& o) {
  const char* group = "Network and objective";
  train::TrainerSettings& t = o.trainer;
  const auto add_list = [&](const char* name, std::vector<std::int64_t>& list, const char* help) {
    command.add_option(name, list, help)
        ->delimiter(',')
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->capture_default_str()
        ->group(group);
  };
  add_list("--channels", t.shape.channels, "Of each block");
  add_list("--convs", t.shape.convs, "Convolutions of each block");
  const auto add_weight = [&](const char* name, double& value, const char* help) {
    command.add_option(name, value, help)
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group(group);
  };
  add_weight("--feature-weight", t.weights.features, "Of the features' relative error");
  add_weight("--gram-weight", t.weights.gram, "Of the Gram matrices' relative error");
  add_weight("--geometry-weight", t.weights.geometry,
             "Of the disagreement on which Gram matrices are near each other");
  command
      .add_option("--layer-weights", t.weights.layers,
                  "Of each of --layers, times the weights above; default: all 1")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  const std::map<std::string, train::Normalisation> kinds = {
      {"none", train::Normalisation::none},
      {"layer", train::Normalisation::layer},
      {"channel", train::Normalisation::channel}};
  add_choice(command, "--normalise", o.normalisation, kinds,
             "After training, scale to a mean activation of 1 over the photographs: each layer "
             "(default), each channel, or none")
      ->group(group);
}

void add_descent_options(CLI::App& command, TrainEncoderOptions& o) {
  const char* group = "Descent";
  const auto count = CLI::Range(std::int64_t{1}, std::int64_t{1} << 40);
  CLI::Option* steps =
      command.add_option("--steps", o.trainer.rate.steps, "How many")->check(count)->group(group);
  command.add_option("--minutes", o.minutes, "As many steps as take so long on this machine")
      ->check(CLI::PositiveNumber)
      ->excludes(steps)
      ->group(group);
  const auto add = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->capture_default_str()->group(group);
  };
  add("--batch", o.batches.batch, "Crops a step")->check(CLI::Range(1, 4096));
  add("--crop", o.batches.crop, "Pixels a side of a crop")->check(CLI::Range(16, 4096));
  add("--painting-share", o.batches.painting_share, "Share of the crops that are of paintings")
      ->check(CLI::Range(0.0, 1.0));
  add("--jitter", o.batches.jitter, "How much colours are changed")->check(CLI::Range(0.0, 1.0));
  add("--noise", o.batches.noise, "Most noise, of 255, that half of the crops get")
      ->check(CLI::Range(0.0, 255.0));
  add("--lr", o.trainer.rate.peak, "Learning rate after warm-up")->check(CLI::PositiveNumber);
  add("--warmup", o.trainer.rate.warmup, "Steps until it is reached")
      ->check(CLI::NonNegativeNumber);
  add("--clip", o.trainer.max_norm, "Gradients are shortened to this; 0: never")
      ->check(CLI::NonNegativeNumber);
  add("--average", o.trainer.average_decay, "Decay of the average of weights that is the result")
      ->check(CLI::Range(0.0, 1.0));
  add("--seed", o.trainer.seed, "Of the start and of all random choices");
}

void add_file_options(CLI::App& command, TrainEncoderOptions& o) {
  const char* group = "Files";
  command.add_option("-o,--output", o.output, "The encoder: a .safetensors file")
      ->required()
      ->group(group);
  command.add_option("--checkpoint", o.checkpoint, "Default: OUTPUT.checkpoint.safetensors")
      ->group(group);
  command.add_option("--checkpoint-minutes", o.checkpoint_minutes, "How often it is written")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  command.add_option("--resume", o.resume, "Go on from this checkpoint, bit by bit")
      ->excludes("--minutes")
      ->group(group);
  command.add_option("--log", o.log, "Losses of every step, a JSON object a line")->group(group);
  command.add_option("--json", o.json, "What was learned, as JSON")->group(group);
  command.add_option("--validate-every", o.validate_every, "Steps between validations")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str()
      ->group(group);
  command.add_flag("-q,--quiet", o.quiet, "No progress")->group(group);
}

}  // namespace

train::RunSettings describe(const TrainEncoderOptions& o, train::RunSettings settings) {
  const train::TrainerSettings& t = o.trainer;
  const train::BatchSettings& b = o.batches;
  settings["train.channels"] = joined(t.shape.channels);
  settings["train.convs"] = joined(t.shape.convs);
  settings["train.weights"] = fmt::format("features {} gram {} geometry {}", t.weights.features,
                                          t.weights.gram, t.weights.geometry);
  settings["train.layer_weights"] = fmt::format("{}", fmt::join(t.weights.layers, ","));
  settings["train.steps"] = std::to_string(t.rate.steps);
  settings["train.warmup"] = std::to_string(t.rate.warmup);
  settings["train.learning_rate"] = fmt::format("{}", t.rate.peak);
  settings["train.clip"] = fmt::format("{}", t.max_norm);
  settings["train.average"] = fmt::format("{}", t.average_decay);
  settings["train.seed"] = std::to_string(t.seed);
  settings["train.batch"] = std::to_string(b.batch);
  settings["train.crop"] = std::to_string(b.crop);
  settings["train.jitter"] = fmt::format("{}", b.jitter);
  settings["train.noise"] = fmt::format("{}", b.noise);
  settings["train.smallest_scale"] = fmt::format("{}", b.smallest_scale);
  settings["train.painting_share"] = fmt::format("{}", b.painting_share);
  settings["train.short_side"] = std::to_string(o.sources.short_side);
  return settings;
}

void check_options(const TrainEncoderOptions& o) {
  o.trainer.shape.check();
  if (!o.output.ends_with(".safetensors") || !o.checkpoint.ends_with(".safetensors")) {
    throw InputError(fmt::format("-o {}, --checkpoint {}: names must end in .safetensors", o.output,
                                 o.checkpoint));
  }
  const std::size_t weighed = o.trainer.weights.layers.size();
  if (weighed != 0 && weighed != o.sources.layers.size()) {
    throw InputError(
        fmt::format("--layer-weights: {} weights for {} layers", weighed, o.sources.layers.size()));
  }
  if (o.resume.empty() && o.trainer.rate.steps == 0 && o.minutes == 0) {
    throw InputError("how long? give --steps or --minutes");
  }
  if (o.minutes > 0 && o.trainer.rate.warmup < kTimedSteps) {
    throw InputError(
        fmt::format("--minutes needs a --warmup of at least {} steps, in which it "
                    "measures how long a step takes",
                    kTimedSteps));
  }
}

void add_train_encoder_options(CLI::App& command, TrainEncoderOptions& options) {
  add_source_options(command, options.sources);
  add_student_options(command, options);
  add_descent_options(command, options);
  add_file_options(command, options);
  add_compute_options(command, options.machine);
}

}  // namespace impasto::cli
