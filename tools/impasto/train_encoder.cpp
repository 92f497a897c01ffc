#include <filesystem>
#include <optional>

#include <fmt/core.h>

#include "tools/impasto/interrupt.h"
#include "tools/impasto/train_encoder_options.h"
#include "tools/impasto/training_progress.h"
#include "tools/train/encoder_file.h"
#include "tools/train/log.h"

namespace impasto::cli {
namespace {

// Middle crops of what is held out, in batches as training has them; a rest is left out unless it
// is all there is.
std::vector<Tensor> validation_batches(Context& host, const TrainEncoderOptions& o,
                                       const TrainPictures& pictures) {
  std::vector<Tensor> crops, batches;
  for (const train::PictureSet* set : {&pictures.photos, &pictures.paintings}) {
    for (const train::Picture& picture : set->validation) {
      crops.push_back(train::middle_crop(host, picture, o.batches.crop));
    }
  }
  const auto batch = std::min<std::ptrdiff_t>(o.batches.batch, std::ssize(crops));
  for (std::ptrdiff_t at = 0; batch > 0 && at + batch <= std::ssize(crops); at += batch) {
    batches.push_back(train::stack({crops.begin() + at, crops.begin() + at + batch}));
  }
  return batches;
}

class Run {
 public:
  Run(Context& context, TrainEncoderOptions& options)
      : context_(context),
        o_(options),
        pictures_(load_train_pictures(host_, o_.sources)),
        validation_(validation_batches(host_, o_, pictures_)),
        teachers_(load_teachers(context, o_.sources, validation_pictures(pictures_))),
        sources_(describe_sources(o_.sources, pictures_)) {
    std::optional<train::Checkpoint> checkpoint;
    if (!o_.resume.empty()) checkpoint = train::read_checkpoint(o_.resume);
    if (checkpoint) adopt_steps(*checkpoint);
    if (checkpoint) train::check_settings(*checkpoint, settings());
    trainer_.emplace(context, o_.trainer, teachers_, [this](std::int64_t step) {
      return train::random_batch(host_, pictures_.photos.training, pictures_.paintings.training,
                                 o_.trainer.seed, step, o_.batches);
    });
    if (checkpoint) trainer_->restore(checkpoint->file, checkpoint->path);
    if (!o_.log.empty()) log_.emplace(o_.log, checkpoint.has_value());
    progress_.emplace(trainer_->steps_done(), o_.quiet);
  }

  void train() {
    double saved = progress_->seconds();
    while (o_.trainer.rate.steps == 0 || trainer_->steps_done() < o_.trainer.rate.steps) {
      step();
      if (interrupted() != 0) stop();
      if (trainer_->steps_done() % o_.validate_every == 0) validate();
      if (progress_->seconds() - saved < 60 * o_.checkpoint_minutes) continue;
      train::write_checkpoint(o_.checkpoint, *trainer_, settings());
      saved = progress_->seconds();
    }
    if (trainer_->steps_done() % o_.validate_every != 0) validate();
    train::write_checkpoint(o_.checkpoint, *trainer_, settings());
    progress_->interrupt_line();
  }

  void finish() {
    const VggSpec raw = trainer_->encoder();
    const VggSpec spec = train::normalised(
        raw, train::mean_activations(context_, raw, to_floats(pictures_.photos.training)),
        o_.normalisation);
    std::map<std::string, std::string> metadata = settings();
    metadata["network"] =
        fmt::format("VGG-shaped encoder, {} channels, distilled by `impasto train encoder`",
                    metadata["train.channels"]);
    if (o_.normalisation == train::Normalisation::layer) {
      metadata["normalised"] = "mean activation of each layer 1 over the photographs";
      metadata.merge(train::recommended_for_painting(spec));
    }
    train::write_encoder(o_.output, spec, metadata);
    fmt::print(stderr, "{}: {} steps, {:.2f} MB; checkpoint: {}\n", o_.output,
               trainer_->steps_done(),
               static_cast<double>(std::filesystem::file_size(o_.output)) / 1e6, o_.checkpoint);
    const std::vector<Tensor> held_out = validation_pictures(pictures_);
    if (held_out.empty()) return;
    Vgg encoder(spec, PoolKind::max, context_.device());
    show_evaluation(train::evaluate_encoder(context_, encoder, teachers_, held_out),
                    held_out.size(), o_.json);
  }

 private:
  train::RunSettings settings() const { return describe(o_, sources_); }

  void adopt_steps(const train::Checkpoint& checkpoint) {
    const auto at = checkpoint.file.metadata.find("train.steps");
    if (o_.trainer.rate.steps > 0 || at == checkpoint.file.metadata.end()) return;
    o_.trainer.rate.steps = std::stoll("0" + at->second);
    if (o_.trainer.rate.steps > 0) return;
    throw InputError(fmt::format(
        "{} was saved before its run knew how long it is to be; start again", checkpoint.path));
  }

  void step() {
    const train::StepReport report = trainer_->step();
    progress_->stepped(report, o_.trainer.rate.steps);
    if (log_) log_->stepped(report, progress_->seconds());
    if (report.skipped) {
      progress_->interrupt_line();
      note(fmt::format("step {}: loss or gradient is not finite; left out", report.step));
    }
    if (trainer_->steps_done() == kUntimedSteps) timed_from_ = progress_->seconds();
    if (o_.trainer.rate.steps == 0 && trainer_->steps_done() == kTimedSteps) decide_steps();
  }

  void decide_steps() {
    const double each =
        (progress_->seconds() - timed_from_) / static_cast<double>(kTimedSteps - kUntimedSteps);
    const double left = 60 * o_.minutes - progress_->seconds();
    o_.trainer.rate.steps =
        kTimedSteps + std::max<std::int64_t>(1, static_cast<std::int64_t>(left / each));
    trainer_->set_steps(o_.trainer.rate.steps);
    progress_->interrupt_line();
    note(fmt::format("{:.2f} s a step: {} steps in {} minutes; --steps {} repeats this run", each,
                     o_.trainer.rate.steps, o_.minutes, o_.trainer.rate.steps));
  }

  void validate() {
    if (validation_.empty()) return;
    const train::StepReport report = trainer_->validate(validation_);
    progress_->validated(report);
    if (log_) log_->validated(report, progress_->seconds());
  }

  [[noreturn]] void stop() {
    train::write_checkpoint(o_.checkpoint, *trainer_, settings());
    progress_->interrupt_line();
    note(fmt::format("interrupted after {} steps; --resume {} goes on", trainer_->steps_done(),
                     o_.checkpoint));
    throw ExitCode{128 + interrupted()};
  }

  Context host_;
  Context& context_;
  TrainEncoderOptions& o_;
  TrainPictures pictures_;
  std::vector<Tensor> validation_;
  train::Teachers teachers_;
  train::RunSettings sources_;
  std::optional<train::Trainer> trainer_;
  std::optional<train::TrainingLog> log_;
  std::optional<TrainingProgress> progress_;
  double timed_from_ = 0;
};

void run_training(TrainEncoderOptions& o) {
  if (o.checkpoint.empty()) {
    o.checkpoint =
        std::filesystem::path(o.output).replace_extension(".checkpoint.safetensors").string();
  }
  check_options(o);
  for (const std::string& path : {o.output, o.checkpoint}) {
    check_writable(path);
    check_not_input(path, o.sources.teachers);
  }
  catch_interrupts();
  const std::unique_ptr<Context> context = make_context(o.machine);
  Run run(*context, o);
  run.train();
  run.finish();
}

}  // namespace

void add_train_encoder(CLI::App& train) {
  auto options = std::make_shared<TrainEncoderOptions>();
  CLI::App* command =
      train.add_subcommand("encoder", "Distil larger networks into a small one of VGG's form");
  add_train_encoder_options(*command, *options);
  command->callback([options] { run_training(*options); });
  command->footer(
      "Example:\n"
      "  impasto train encoder --photos photos --paintings paintings --minutes 60 -o "
      "mine.safetensors "
      "--log log.jsonl\n"
      "\n"
      "Ctrl-C saves a checkpoint; the same command with --resume CHECKPOINT goes on and ends with "
      "the\n"
      "same bits. tools/plot_training.py draws the log.");
}

}  // namespace impasto::cli
