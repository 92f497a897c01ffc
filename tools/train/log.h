// The training log: one JSON object a line, complete after each, so that nothing is lost when the
// program dies and a resumed run goes on where the last one stopped.
//
//   {"step", "seconds", "learning_rate", "gradient_norm", "loss", "layers", "skipped"}
//   {"step", "seconds", "validation": true, "loss", "layers"}
//
// layers: {LAYER: {"features", "gram", "geometry"}}; seconds: since training began or
// was resumed.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "tools/train/trainer.h"

namespace impasto::train {

class TrainingLog {
 public:
  // Throws InputError when unwritable. append: what is there stays.
  TrainingLog(const std::string& path, bool append);

  void stepped(const StepReport& report, double seconds);
  void validated(const StepReport& report, double seconds);

 private:
  void write(const std::string& line);

  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace impasto::train
