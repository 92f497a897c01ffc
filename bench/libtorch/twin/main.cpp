// impasto-vs-libtorch: the same style transfer on both sides; do they agree, and who is faster?
#include <new>

#include <fmt/core.h>

#include "bench/libtorch/twin/report.h"
#include "bench/libtorch/twin/scoped_setting.h"
#include "bench/libtorch/twin/worker.h"
#include "ops/registry.h"
#include "tensor/atomic_file.h"

namespace impasto::twin {
namespace {

struct Options {
  cli::PaintingOptions painting;
  int lockstep = 50;
  bool lockstep_only = false;
  std::vector<std::string> settings;
  std::string json;
  std::string role;
};

const char* const kFooter =
    "First both sides evaluate the same pictures, those that our optimiser goes through, and "
    "every\n"
    "difference is shown. Then each runs freely, in a process of its own, in turns: LibTorch once "
    "for\n"
    "each setting, words joined by +:\n"
    "  eager          as it comes: f32, oneDNN, weights that collect gradients\n"
    "  frozen         weights need no gradient\n"
    "  channels_last  maps in memory as [n, h, w, c]\n"
    "  no_onednn      its own loops in place of oneDNN's (processor)\n"
    "  autocast       convolutions in bf16; not f32\n"
    "  tf32           products rounded to TF32; not f32 (GPU)\n"
    "  benchmark      cuDNN tries its algorithms (GPU)\n"
    "  graph          an evaluation is one CUDA graph (GPU)\n"
    "The quickest of those that compute in f32 is quoted.\n"
    "\n"
    "Examples:\n"
    "  impasto-vs-libtorch photo.jpg painting.jpg --size 256\n"
    "  impasto-vs-libtorch photo.jpg painting.jpg --lockstep-only --json differences.json\n"
    "  impasto-vs-libtorch photo.jpg painting.jpg --settings frozen,frozen+channels_last\n"
    "\n"
    "Exit codes: 0 both agree, 1 they do not, 2 wrong usage or bad input, 3 out of memory.";

void add_options(CLI::App& app, Options& o) {
  o.painting.settings.iterations = 200;  // of the free runs
  cli::add_painting_options(app, o.painting);
  const char* group = "Comparison";
  app.add_option("--lockstep", o.lockstep, "Iterations at which every difference is measured")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--lockstep-only", o.lockstep_only, "No free runs: no speed, no memory")
      ->group(group);
  app.add_option("--settings", o.settings, "LibTorch's, separated by commas; default: all below")
      ->delimiter(',')
      ->group(group);
  app.add_option("--json", o.json, "Write everything, every iteration, to this file")->group(group);
  app.add_option("--role", o.role)->group("");  // of a process that is measured
  app.footer(kFooter);
}

std::vector<SettingRow> chosen_settings(const Options& o, Device device) {
  std::vector<Setting> settings;
  for (const std::string& text : o.settings) settings.push_back(parse_setting(text));
  if (settings.empty()) settings = default_settings();
  std::vector<SettingRow> rows;
  for (const Setting& setting : settings) {
    rows.push_back({setting, unavailable(setting, device), {}});
  }
  return rows;
}

void check(const Options& o, Device device) {
  check_settings(o.painting.settings);
  if (o.painting.machine.precision != Precision::f32) {
    throw InputError("--precision mixed: only f32 has a twin");
  }
  const std::string reason = unavailable(parse_setting("frozen"), device);
  if (!reason.empty()) {
    throw InputError(fmt::format("--device {}: {}", o.painting.machine.device, reason));
  }
  if (!o.json.empty()) {
    const AtomicFile probe(o.json);  // can it be written? Better asked now
    cli::check_not_input(o.json, cli::inputs_of(o.painting));
  }
}

void compare(Context& context, const Options& o, Results& results) {
  const Problem problem = load_problem(context, o.painting);
  for (const std::string& text : problem.layers.notes) cli::note(text);
  const Shape& shape = problem.inputs.content.shape();
  fmt::print("{} x {}; {}\n\n{}", shape[2], shape[1], results.machine, lockstep_heading());
  LockstepRun run = run_lockstep(context, problem, o.lockstep, [](const LockstepRow& row) {
    fmt::print("{}", lockstep_line(row));
    std::fflush(stdout);
  });
  fmt::print("{}", layers_text(run.rows));
  results.lockstep = std::move(run.rows);
  for (SettingRow& row : results.settings) {
    if (!row.skipped.empty()) continue;
    row.difference = compare_setting(context, problem, row.setting, run.last);
  }
  fmt::print("{}", settings_text(results.settings));
}

void run_freely(const Options& o, const std::vector<std::string>& arguments, Results& results) {
  std::vector<Setting> settings;
  for (const SettingRow& row : results.settings) {
    if (row.skipped.empty()) settings.push_back(row.setting);
  }
  const int iterations = o.painting.settings.iterations;
  std::fflush(stdout);
  results.racers = race({arguments, iterations}, settings, [&](int done) {
    fmt::print(stderr, "\riterations {}/{}{}", done, iterations, done < iterations ? "" : "\n");
  });
  fmt::print("{}", race_text(results.racers));
}

int run(const Options& o, const std::vector<std::string>& arguments) {
  if (!o.role.empty()) {
    work(o.painting, o.role);
    return 0;
  }
  Results results;
  {
    const std::unique_ptr<Context> context = cli::make_context(o.painting.machine);
    check(o, context->device());
    const int threads = context->threads().size();
    use_threads(threads);
    results.machine = fmt::format("Impasto {}, {}; {}; {} threads, {}", IMPASTO_VERSION,
                                  to_string(context->features()), libtorch_words(), threads,
                                  o.painting.machine.device);
    results.settings = chosen_settings(o, context->device());
    compare(*context, o, results);
  }
  if (!o.lockstep_only) run_freely(o, arguments, results);
  fmt::print("{}", verdict_text(results));
  if (!o.json.empty()) {
    const std::string text = to_json(results) + "\n";
    write_file_atomically(o.json, std::as_bytes(std::span(text)));
  }
  return agrees(results) ? 0 : 1;
}

void say(const std::string& message) {
  fmt::print(stderr, "impasto-vs-libtorch: {}\n", message);
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Style transfer by Impasto and by LibTorch: do they agree, and who is faster?"};
  app.option_defaults()->take_last();
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    say(fmt::format("{}; see impasto-vs-libtorch --help", error.what()));
    return cli::kExitUsage;
  }
  cli::resolve_options(app, options.painting);
  return run(options, {argv + 1, argv + argc});
}

}  // namespace
}  // namespace impasto::twin

int main(int argc, char** argv) {
  using namespace impasto;
  try {
    return twin::parse_and_run(argc, argv);
  } catch (const InputError& error) {
    twin::say(error.what());
    return cli::kExitUsage;
  } catch (const OutOfMemory& error) {
    twin::say(error.what());
    return cli::kExitOutOfMemory;
  } catch (const std::bad_alloc&) {
    twin::say("out of memory");
    return cli::kExitOutOfMemory;
  } catch (const std::exception& error) {
    twin::say(error.what());
    return 1;
  }
}
