// --autotune: a context asks a tuner, whose choices come from the user's cache folder and go back
// there.
#pragma once

#include <optional>
#include <string>

#include "ops/autotuner.h"
#include "tools/impasto/command.h"

namespace impasto::cli {

void add_autotune_option(CLI::App& command, bool& autotune);

// As long as it lives; must not outlive the context. However the command ends, what was measured is
// stored and said in a line on stderr.
class Autotuning {
 public:
  // Throws InputError on a device whose times mean nothing.
  Autotuning(Context& context, bool wanted);
  ~Autotuning();
  Autotuning(const Autotuning&) = delete;
  Autotuning& operator=(const Autotuning&) = delete;

 private:
  std::string store() const;  // where, or why not

  Context& context_;
  std::string path_, machine_;
  std::optional<Autotuner> tuner_;
};

}  // namespace impasto::cli
