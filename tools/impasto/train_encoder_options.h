// What `impasto train encoder` is asked for.
#pragma once

#include <string>

#include "tools/impasto/train_options.h"
#include "tools/train/batches.h"
#include "tools/train/checkpoint.h"
#include "tools/train/normalise.h"

namespace impasto::cli {

// After so many steps --minutes knows how fast the machine is; the first of them are slower.
inline constexpr std::int64_t kTimedSteps = 20;
inline constexpr std::int64_t kUntimedSteps = 3;

struct TrainEncoderOptions {
  MachineOptions machine;
  TrainSources sources;
  train::TrainerSettings trainer;
  train::BatchSettings batches;
  train::Normalisation normalisation = train::Normalisation::layer;
  double minutes = 0;
  double checkpoint_minutes = 5;
  std::int64_t validate_every = 500;
  std::string output, checkpoint, resume, log, json;
  bool quiet = false;
};

void add_train_encoder_options(CLI::App& command, TrainEncoderOptions& options);

// Throws InputError when options do not fit each other.
void check_options(const TrainEncoderOptions& options);

// All that the result is a function of, but for the machine. sources: describe_sources().
train::RunSettings describe(const TrainEncoderOptions& options, train::RunSettings sources);

}  // namespace impasto::cli
