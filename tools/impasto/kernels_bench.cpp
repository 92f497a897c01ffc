// `impasto kernels bench`: verify, then time.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include <fmt/core.h>
#include <unistd.h>

#include "tools/impasto/command.h"
#include "tools/impasto/interrupt.h"
#include "tools/impasto/setup.h"
#include "tools/lab/measure.h"
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/rows.h"

namespace impasto::cli {
namespace {

using lab::Measured;
using lab::MeasuredProblem;
using lab::Role;
using lab::Summary;

struct BenchOptions {
  lab::MeasureSettings settings;
  std::string device = "cpu";
  int threads = 0;
  std::string output;
  bool json = false;
};

// A line that is rewritten on a terminal; elsewhere one for each round.
class RoundProgress {
 public:
  void at(const lab::MeasureProgress& progress) {
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    if (terminal) {
      fmt::print(stderr, "\r[{}/{}] {}: {}{}\x1b[K", progress.done, progress.all, round(progress),
                 progress.table, left(progress));
    } else if (progress.round != round_) {
      fmt::print(stderr, "[{}/{}] {}{}\n", progress.done, progress.all, round(progress),
                 left(progress));
    }
    round_ = progress.round;
    std::fflush(stderr);
  }
  void clear() const {
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  using Clock = std::chrono::steady_clock;

  static std::string round(const lab::MeasureProgress& progress) {
    return fmt::format("round {} of {}", progress.round, progress.rounds);
  }

  std::string left(const lab::MeasureProgress& progress) const {
    if (progress.done == 0) return "";
    const std::chrono::duration<double> elapsed = Clock::now() - begin_;
    const double seconds = elapsed.count() * (progress.all - progress.done) / progress.done;
    const int whole = static_cast<int>(seconds + 0.5);
    return fmt::format("; about {}:{:02} left", whole / 60, whole % 60);
  }

  Clock::time_point begin_ = Clock::now();
  int round_ = 0;
};

std::string number(double value, const char* form) {
  return value > 0 ? fmt::format(fmt::runtime(form), value) : "-";
}

void print_times(const MeasuredProblem& problem, const Measured& kernel, std::size_t width,
                 Summary Measured::*cache) {
  const Summary& times = kernel.*cache;
  if (times.samples == 0) return;
  const Measured* baseline = problem.baseline(kernel, cache);
  const double share = baseline != nullptr ? (baseline->*cache).median / times.median : 0;
  fmt::print(
      "  {:{}}  {}  {:9.4g}  {:9.4g}  {:9.4g}  {:8.2g}  {:5.1f}  {:>7}  {:>6}  {:>5}  {:>5}\n",
      kernel.kernel.info.id, width, cache == &Measured::warm ? "warm" : "cold", 1e3 * times.median,
      1e3 * times.p10, 1e3 * times.p90, 1e3 * times.mad, 100 * times.noise,
      number(2 * problem.work.macs / times.median / 1e9, "{:.1f}"),
      number(problem.work.bytes / times.median / 1e9, "{:.1f}"),
      number(100 * problem.peaks.seconds(problem.work) / times.median, "{:.0f}"),
      number(100 * share, "{:.0f}"));
}

void print_problem(const MeasuredProblem& problem) {
  std::size_t width = 6;
  for (const Measured& kernel : problem.kernels) {
    width = std::max(width, kernel.kernel.info.id.size());
  }
  fmt::print("\n{} on {}: {}\n", problem.table, problem.shape.problem(), problem.problem);
  fmt::print("  {:{}}  cache  {:>8}  {:>9}  {:>9}  {:>8}  {:>5}  {:>7}  {:>6}  {:>5}  {:>5}\n",
             "kernel", width, "ms", "p10", "p90", "MAD", "+-%", "GFLOP/s", "GB/s", "roof%",
             "base%");
  for (const Measured& kernel : problem.kernels) {
    if (!kernel.failed.empty()) {
      fmt::print("  {:{}}  FAILED: {}\n", kernel.kernel.info.id, width, kernel.failed);
    } else if (!kernel.skipped.empty()) {
      fmt::print("  {:{}}  - {}\n", kernel.kernel.info.id, width, kernel.skipped);
    }
    print_times(problem, kernel, width, &Measured::warm);
    print_times(problem, kernel, width, &Measured::cold);
  }
  std::fflush(stdout);
}

// Where rows go: to a file, each at once, and as text or as they are to standard output.
class Report {
 public:
  Report(bool json, const lab::Origin& origin) : json_(json), origin_(origin) {}

  void open(const std::string& path) {
    file_.open(path, std::ios::app);
    if (!file_) throw InputError(fmt::format("-o {}: cannot write there", path));
  }

  void add(const MeasuredProblem& problem) {
    for (const std::string& row : lab::rows_of(problem, origin_)) {
      if (json_) fmt::print("{}\n", row);
      if (file_.is_open()) file_ << row << "\n" << std::flush;
    }
    if (file_.is_open() && !file_) throw Error("the file of rows cannot be written any more");
    if (!json_) print_problem(problem);
    for (const Measured& kernel : problem.kernels) failed_ += kernel.failed.empty() ? 0 : 1;
    if (problem.peaks.macs > 0) peaks_ = problem.peaks;
  }

  int failed() const { return failed_; }

  void end() const {
    if (json_) return;
    if (peaks_.macs > 0) {
      fmt::print(
          "\nroofline: {:.0f} GFLOP/s of f32 multiply-adds, {:.1f} GB/s read, on {} with {} "
          "threads\n",
          2 * peaks_.macs / 1e9, peaks_.bytes / 1e9, origin_.device, origin_.threads);
    }
    if (failed_ > 0) fmt::print("\n{} kernels failed and have no times\n", failed_);
  }

 private:
  bool json_;
  lab::Origin origin_;
  std::ofstream file_;
  lab::Peaks peaks_;
  int failed_ = 0;
};

// What to know before one reads the times.
void print_notes(DeviceType device, const lab::MeasureSettings& settings) {
  if (settings.rounds > 1) {
    note(fmt::format("results come in the last of {} rounds over everything", settings.rounds));
  }
  if (device == DeviceType::simt) {
    note("times on simt, the host executor, mean nothing, have no roofline and take long");
  }
  if (device != DeviceType::cpu) return;
  if (settings.baselines && lab::onednn::version().empty()) {
    note("this build has no oneDNN to measure by; see tools/lab/onednn/README.md");
  }
  double load = 0;
  if (::getloadavg(&load, 1) == 1 && load > 0.3) {
    note(fmt::format("the load is {:.1f}: if something else runs here, times will show it", load));
  }
}

void run(const BenchOptions& o) {
  ContextOptions machine;
  machine.device = parse_device(o.device);
  machine.threads = o.threads;
  Context context(machine);
  catch_interrupts();
  Report report(o.json, lab::origin_of(context));
  RoundProgress progress;
  lab::MeasureListener listener;
  listener.begin = [&] {
    if (!o.output.empty()) report.open(o.output);
    print_notes(machine.device.type, o.settings);
  };
  listener.at = [&](const lab::MeasureProgress& now) { progress.at(now); };
  listener.should_stop = [] { return interrupted() != 0; };
  listener.measured = [&](const MeasuredProblem& problem) {
    progress.clear();
    report.add(problem);
  };
  lab::measure(context, o.settings, listener);
  progress.clear();
  report.end();
  if (interrupted() != 0) {
    note("interrupted; what was timed so far is above" +
         (o.output.empty() ? std::string() : fmt::format(" and in {}", o.output)));
    throw ExitCode{128 + interrupted()};
  }
  if (report.failed() > 0) throw ExitCode{1};
}

void add_options(CLI::App& command, BenchOptions& o) {
  command.add_option("--filter", o.settings.filter,
                     "Only where \"KERNEL on SHAPES NAME\" has this text: gemm, .avx2, conv4_2");
  command.add_option(
      "--shapes", o.settings.shapes,
      "Problems: a file, or the name of one in bench/shapes; default: each op's own");
  command.add_option("--device", o.device, "Where to compute: cpu, simt, cuda:N")
      ->capture_default_str();
  command.add_option("--threads", o.threads, "Processor threads; default: all cores")
      ->check(CLI::Range(1, 1024));
  command.add_flag("--baseline,!--no-baseline", o.settings.baselines,
                   "Libraries' kernels beside ours: oneDNN on the cpu, cuDNN and cuBLAS on cuda. "
                   "Default: where there are any");
  command.add_flag("--cold,!--no-cold", o.settings.cold,
                   "Also with operands that no cache holds; the default");
  command
      .add_option("--rounds", o.settings.rounds,
                  "Rounds over everything, as far apart as the run is long")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      .add_option("--seconds", o.settings.seconds,
                  "That a round takes of each kernel, warm and cold each")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  command.add_option("-o,--output", o.output, "Append rows of JSON to this file, as bench/results");
  command.add_flag("--json", o.json, "The same rows on standard output instead of tables");
}

}  // namespace

void add_kernels_bench(CLI::App& kernels) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = kernels.add_subcommand(
      "bench", "Time every kernel that runs here and is right: exit status 1 if one is not");
  add_options(*command, *options);
  command->callback([options] { run(*options); });
  command->footer(
      "Examples:\n"
      "  impasto kernels bench --filter relu\n"
      "  impasto kernels bench --filter conv2d.fwd --shapes vgg19_512.txt -o mine.jsonl\n"
      "  impasto kernels bench --device cuda:0 -o gpu.jsonl\n"
      "  impasto kernels compare before.jsonl mine.jsonl\n"
      "\n"
      "ms is the median of single runs, p10 and p90 are where most lie, MAD is half of them's\n"
      "distance from the median. +-% is how far another run's median may be, by what rounds\n"
      "differ by, which more of them tell better. GFLOP/s counts convolutions as if computed\n"
      "directly, GB/s each operand once. roof% is the least time that this takes by the\n"
      "multipliers' and the memory's speed, measured in the same run, over the time it took:\n"
      "caches, and Winograd's fewer products, get above 100. base% is the speed beside the\n"
      "fastest kernel of a library that multiplies as exactly. Run it on an otherwise idle\n"
      "machine.");
}

}  // namespace impasto::cli
