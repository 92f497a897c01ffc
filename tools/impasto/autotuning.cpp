#include "tools/impasto/autotuning.h"

#include <fmt/core.h>

#include "ops/autotune_file.h"
#include "tensor/error.h"
#include "tools/impasto/setup.h"
#include "weights/find.h"

namespace impasto::cli {

void add_autotune_option(CLI::App& command, bool& autotune) {
  command
      .add_flag(
          "--autotune", autotune,
          "Time the kernels that could serve each problem, once; the fastest is remembered in "
          "the cache folder. Kernels round differently, so a painting is no longer the same "
          "to the bit on another machine or number of threads")
      ->group("Network and machine");
}

Autotuning::Autotuning(Context& context, bool wanted) : context_(context) {
  if (!wanted) return;
  if (context.device().type == DeviceType::simt) {
    throw InputError(
        "--autotune needs a device whose times mean something: the host executor's (--device simt) "
        "do not");
  }
  if (!cache_folder().empty()) path_ = cache_folder() + "/autotune.json";
  machine_ = tuning_machine(context);
  TunedChoices known;
  try {
    if (!path_.empty()) known = read_choices(path_, machine_);
  } catch (const InputError& error) {
    note(fmt::format("{}; measured anew", error.what()));
  }
  context.set_autotuner(&tuner_.emplace(std::move(known)));
}

std::string Autotuning::store() const {
  if (path_.empty()) return "not stored: neither $XDG_CACHE_HOME nor $HOME is set";
  try {
    store_choices(path_, machine_, tuner_->choices());
    return "stored in " + path_;
  } catch (const std::exception& error) {
    return fmt::format("not stored: {}", error.what());
  }
}

Autotuning::~Autotuning() {
  if (!tuner_) return;
  context_.set_autotuner(nullptr);
  const AutotuneReport& report = tuner_->report();
  if (report.measured + report.known == 0) return;
  const std::string where = report.measured > 0 ? store() : "all known from " + path_;
  note(fmt::format(
      "autotuned {} problems in {:.1f} s, {} known before: {} choices differ from the default; {}",
      report.measured, report.seconds, report.known, report.changed, where));
}

}  // namespace impasto::cli
