// A run that can go on: one safetensors file with all that its next step depends on, and with the
// settings it was made with, for with others it would be another run.
#pragma once

#include <map>
#include <string>

#include "tools/train/trainer.h"

namespace impasto::train {

// What a run is a function of, as text: "train.batch" and the like.
using RunSettings = std::map<std::string, std::string>;

// Whole or not at all: a crash leaves the checkpoint before.
void write_checkpoint(const std::string& path, const Trainer& trainer, const RunSettings& settings);

struct Checkpoint {
  std::string path;
  NamedTensors file;
};
// Throws InputError when it is none.
Checkpoint read_checkpoint(const std::string& path);

// Throws InputError, naming the first setting that differs.
void check_settings(const Checkpoint& checkpoint, const RunSettings& settings);

}  // namespace impasto::train
