// The whole iteration as a process that waits for orders: a driver has it take turns with another
// engine's process on the same problem, so that both meet the same moods of the machine.
//
//   iteration_worker SIDE [VARIANT [THREADS [DEVICE]]]
//
// VARIANT is a name of bench/support/math_mode.h, DEVICE cpu, simt or cuda:N.
//
// Orders, a line each, every one answered by a line of JSON, {"error": "why"} when it failed; an
// end of input ends it:
//
//   hello        what runs here, and the resident bytes before the problem was made
//   write FILE   the problem and its result, as safetensors
//   check FILE   how far losses and gradient are from those in a file of the same problem
//   time N       milliseconds of N evaluations
//   run HOW      eager, or graph: evaluations are replayed, from the second one on
//   fma          multiply-adds a second that the multipliers can do now
//   adam N       N steps of Adam from the image, and the peak of the resident bytes
//   memory       peak of what the allocator handed out, and what of it the network takes; the last
#include <algorithm>
#include <charconv>
#include <iostream>
#include <sstream>

#include <fmt/ranges.h>

#include "bench/support/iteration.h"
#include "optim/adam.h"
#include "tensor/allocator.h"
#include "tools/lab/samples.h"
#include "tools/machine/fma_peak.h"
#include "tools/machine/resident.h"
#include "weights/safetensors.h"

namespace impasto::bench {
namespace {

int number(const std::string& text, const std::string& what) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    throw InputError(fmt::format("{} is '{}', not a number", what, text));
  }
  return value;
}

// What JSON has in quotes.
std::string plain(std::string text) {
  for (char& each : text) {
    if (each == '"' || each == '\\') each = '\'';
    if (static_cast<unsigned char>(each) < ' ') each = ' ';
  }
  return text;
}

class Worker {
 public:
  Worker(std::int64_t side, const IterationOptions& options)
      : side_(side),
        options_(options),
        resident_before_(machine::resident_bytes("VmRSS")),
        problem_(side, options) {}

  std::string answer(const std::string& order, const std::string& argument) {
    if (order == "hello") return hello();
    if (order == "write") return write(argument);
    if (order == "check") return check(argument);
    if (order == "run") return run(argument);
    if (order == "time") return time(number(argument, order));
    if (order == "fma")
      return fmt::format(R"({{"macs": {}}})", machine::fma_peak(problem_.context(), 20));
    if (order == "adam") return adam(number(argument, order));
    if (order == "memory") return memory();
    throw InputError(fmt::format("unknown order '{}'", order));
  }

 private:
  // After an evaluation, also the kernels for products that selection picked.
  std::string hello() {
    std::vector<std::string> kernels;
    const bool on_cpu = options_.device.type == DeviceType::cpu;
    for (const auto& [id, count] : problem_.context().launches()) {
      const bool product = id.starts_with("conv2d.") || (!on_cpu && id.starts_with("gram."));
      if (product) kernels.push_back(fmt::format(R"("{}")", id));
    }
    return fmt::format(
        R"({{"who": "impasto", "variant": "{}", "threads": {}, "isa": "{}", "compiler": "{}", )"
        R"("kernels": [{}], "direct_macs": {}, "resident_before_bytes": {}}})",
        options_.variant, problem_.context().threads().size(),
        to_string(problem_.context().features()), "g++ " __VERSION__, fmt::join(kernels, ", "),
        direct_macs(side_), resident_before_);
  }

  std::string write(const std::string& path) {
    const NamedTensors all = problem_.exchange();
    write_safetensors(path, all);
    return fmt::format(R"({{"loss": {}}})", all.tensors.at("loss.total").item());
  }

  std::string check(const std::string& path) {
    const auto finite = [](double error) { return std::min(error, 1e9); };  // JSON is
    const IterationErrors errors = problem_.errors(read_safetensors(path));
    return fmt::format(R"({{"loss_error": {}, "gradient_error": {}}})", finite(errors.loss),
                       finite(errors.gradient));
  }

  std::string run(const std::string& how) {
    if (how != "eager" && how != "graph") throw InputError(fmt::format("no way to run '{}'", how));
    problem_.set_replay(how == "graph");
    return fmt::format(R"({{"run": "{}"}})", how);
  }

  std::string time(int count) {
    lab::Samples samples;
    for (int i = 0; i < count; ++i) samples.time([&] { problem_.evaluate(); });
    std::vector<double> ms;
    for (double seconds : samples.seconds()) ms.push_back(seconds * 1e3);
    return fmt::format(R"({{"ms": [{:.3f}]}})", fmt::join(ms, ", "));
  }

  std::string adam(int count) {
    Adam optimizer({.learning_rate = 10});
    double loss = 0;
    for (int i = 0; i < count; ++i) {
      loss = optimizer
                 .step(problem_.context(), problem_.image(),
                       [&](const Tensor&) {
                         const LossGradient result = problem_.evaluate();
                         return Evaluation{Tensor::scalar(result.losses.total, DType::f64),
                                           result.gradient};
                       })
                 .loss;
    }
    return fmt::format(R"({{"loss": {}, "peak_resident_bytes": {}}})", loss,
                       machine::resident_bytes("VmHWM"));
  }

  std::string memory() {
    problem_.evaluate();
    Allocator& allocator = allocator_of(options_.device);
    allocator.reset_peak();
    problem_.evaluate();
    const std::size_t peak = allocator.stats().peak_bytes;
    return fmt::format(R"({{"peak_bytes": {}, "weight_bytes": {}, "network_bytes": {}}})", peak,
                       weight_bytes(), problem_.network_bytes());
  }

  std::int64_t side_;
  IterationOptions options_;
  std::size_t resident_before_;
  Iteration problem_;
};

int work(const std::vector<std::string>& words) {
  if (words.empty() || words.size() > 4) {
    throw InputError("usage: iteration_worker SIDE [VARIANT [THREADS [DEVICE]]]");
  }
  IterationOptions options;
  if (words.size() > 1) options.variant = words[1];
  if (words.size() > 2) options.threads = number(words[2], "THREADS");
  if (words.size() > 3) options.device = parse_device(words[3]);
  Worker worker(number(words[0], "SIDE"), options);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream parts(line);
    std::string order, argument;
    parts >> order >> argument;
    std::string answer;
    try {
      answer = worker.answer(order, argument);
    } catch (const Error& error) {
      answer = fmt::format(R"({{"error": "{}"}})", plain(error.what()));
    }
    std::cout << answer << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  try {
    return impasto::bench::work({argv + 1, argv + argc});
  } catch (const impasto::Error& error) {
    fmt::print(stderr, "iteration_worker: {}\n", error.what());
    return 2;
  }
}
