#include <fmt/core.h>

#include "style/pictures.h"
#include "style/stylize.h"
#include "tensor/atomic_file.h"
#include "tools/impasto/autotuning.h"
#include "tools/impasto/profiler.h"
#include "tools/impasto/setup.h"
#include "tools/machine/bandwidth.h"
#include "tools/machine/fma_peak.h"

namespace impasto::cli {
namespace {

struct ProfileOptions {
  MachineOptions machine;
  StylizeSettings settings;
  PictureSizes sizes;
  std::string content;
  std::vector<std::string> styles;
  std::string trace;
  int warmup = 3;
  bool autotune = false;
};

Roofline measure_roofline(Context& context) {
  if (context.device().type != DeviceType::cpu) return {};
  return {machine::fma_peak(context), machine::read_bandwidth(context)};
}

// The iteration after the warm-up. Nothing is replayed: a replayed iteration is one launch to the
// host, which could not tell its kernels apart.
std::vector<LaunchRecord> record_iteration(Context& context, Vgg& network, const ProfileOptions& o,
                                           StylizeInputs inputs) {
  Profiler profiler(context);
  StylizeSettings settings = o.settings;
  settings.iterations = o.warmup + 1;
  settings.graph = false;
  StylizeCallbacks callbacks;
  callbacks.on_note = note;
  callbacks.report_every = settings.iterations;
  callbacks.on_iteration = [&](int iteration, const Tensor&) {
    context.set_observer(iteration == o.warmup ? &profiler : nullptr);
  };
  stylize(context, network, settings, std::move(inputs), callbacks);
  context.set_observer(nullptr);
  return profiler.records();
}

void print(const std::vector<LaunchRecord>& records, const Context& context,
           const Roofline& roofline) {
  const double whole = records.back().begin + records.back().seconds;
  fmt::print("one iteration on {}: {:.3f} ms, {} kernels launched\n", to_string(context.device()),
             1e3 * whole, records.size());
  if (roofline.macs > 0) {
    fmt::print("roofline, measured here: {:.0f} GFLOP/s of f32 multiply-adds, {:.1f} GB/s read\n",
               2 * roofline.macs / 1e9, roofline.bytes / 1e9);
  }
  fmt::print("\n{}", profile_table(records, whole, roofline));
}

void run(ProfileOptions& o) {
  check_settings(o.settings);
  if (!o.trace.empty()) {
    std::vector<std::string> inputs = o.styles;
    inputs.push_back(o.content);
    check_not_input(o.trace, inputs);
  }
  const std::unique_ptr<Context> context = make_context(o.machine);
  const Autotuning autotuning(*context, o.autotune);
  Pictures pictures;
  pictures.content = load_image(o.content);
  for (const std::string& style : o.styles) pictures.styles.push_back(load_image(style));
  StylizeInputs inputs = prepare_inputs(*context, pictures, o.sizes, o.settings);
  Vgg network = load_network(o.machine, context->device(), &o.settings);
  const std::vector<LaunchRecord> records =
      record_iteration(*context, network, o, std::move(inputs));
  if (records.empty()) throw Error("the iteration ended before the one to be profiled");
  const Roofline roofline = measure_roofline(*context);
  print(records, *context, roofline);
  if (o.trace.empty()) return;
  const std::string json = chrome_trace(records, to_string(context->device()), roofline);
  write_file_atomically(o.trace, std::as_bytes(std::span(json)));
}

}  // namespace

void add_profile(CLI::App& app) {
  auto options = std::make_shared<ProfileOptions>();
  ProfileOptions& o = *options;
  CLI::App* command = app.add_subcommand(
      "profile", "One iteration of a style transfer, kernel by kernel: time, speed, memory");
  command->add_option("CONTENT", o.content, "The picture to paint")->required();
  command->add_option("STYLE", o.styles, "One or more pictures whose style to use")->required();
  command->add_option("--size", o.sizes.size, "Long side of the result in pixels")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--warmup", o.warmup, "Iterations before the one that is profiled")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  const std::map<std::string, OptimizerKind> kinds = {{"lbfgs", OptimizerKind::lbfgs},
                                                      {"adam", OptimizerKind::adam}};
  add_choice(*command, "--optimizer", o.settings.optimizer, kinds, "lbfgs (default) or adam");
  command->add_option("--trace", o.trace,
                      "Every launch as JSON for chrome://tracing or ui.perfetto.dev");
  add_loss_options(*command, o.settings);
  add_machine_options(*command, o.machine);
  add_autotune_option(*command, o.autotune);
  command->callback([options, command] {
    options->sizes.enlarge = command->count("--size") > 0;
    run(*options);
  });
  command->footer(
      "ms and % are of the kernel's launches together. GFLOP/s counts convolutions as if computed\n"
      "directly, so Winograd's may exceed the multipliers' peak; GB/s counts each operand once.\n"
      "% roof is the least time that this work takes on this machine, by the slower of "
      "multiplying\n"
      "and reading, over the time it took (processor only).");
}

}  // namespace impasto::cli
