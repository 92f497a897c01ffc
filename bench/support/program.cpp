#include "bench/support/program.h"

#include <charconv>

#include <benchmark/benchmark.h>

#include "tensor/error.h"

namespace impasto::bench {
namespace {

int positive(const std::string& flag, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    throw InputError(fmt::format("{} is '{}', not a number from 1", flag, text));
  }
  return value;
}

}  // namespace

RunOptions parse_run_options(const std::vector<std::string>& words) {
  RunOptions options;
  for (auto word = words.begin(); word != words.end(); ++word) {
    const std::string& flag = *word;
    const auto value = [&]() -> const std::string& {
      if (++word == words.end()) throw InputError(fmt::format("{} wants a value", flag));
      return *word;
    };
    if (flag == "--device") {
      options.device = parse_device(value());
    } else if (flag == "--samples") {
      options.samples = positive(flag, value());
    } else if (flag == "--cold") {
      options.cold = true;
    } else if (flag == "--seconds") {
      options.end = RunOptions::Clock::now() + std::chrono::seconds(positive(flag, value()));
    } else if (flag.starts_with("-") || !options.shapes.empty()) {
      throw InputError(fmt::format("unknown argument {}", flag));
    } else {
      options.shapes = flag;
    }
  }
  return options;
}

int run_program(int argc, char** argv, const AddBenchmarks& add) {
  benchmark::Initialize(&argc, argv);
  try {
    add(parse_run_options({argv + 1, argv + argc}));
    benchmark::RunSpecifiedBenchmarks();
    benchmark::ClearRegisteredBenchmarks();
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return 2;
  }
  return 0;
}

}  // namespace impasto::bench
