#include "tools/train/checkpoint.h"

#include "tensor/error.h"
#include "weights/safetensors.h"

namespace impasto::train {

void write_checkpoint(const std::string& path, const Trainer& trainer,
                      const RunSettings& settings) {
  NamedTensors file;
  file.metadata = settings;
  trainer.save(file);
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::string& path) {
  Checkpoint checkpoint{path, read_safetensors(path)};
  if (!checkpoint.file.metadata.contains("train.step")) {
    throw InputError(
        fmt::format("{} is no checkpoint: it does not say how many steps were done", path));
  }
  return checkpoint;
}

void check_settings(const Checkpoint& checkpoint, const RunSettings& settings) {
  for (const auto& [name, value] : settings) {
    const auto at = checkpoint.file.metadata.find(name);
    const std::string before = at == checkpoint.file.metadata.end() ? "not set" : at->second;
    if (before == value) continue;
    throw InputError(
        fmt::format("cannot resume {}: {} was {} and is {} now; a run goes on with the settings it "
                    "began with",
                    checkpoint.path, name, before, value));
  }
}

}  // namespace impasto::train
