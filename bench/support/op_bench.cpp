#include "bench/support/op_bench.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace impasto::bench {

namespace {

// A path, or a file of bench/shapes.
std::vector<ShapeLine> read_shapes(const std::string& file) {
  const std::string path =
      std::filesystem::exists(file) ? file : fmt::format("{}/{}", IMPASTO_SHAPES, file);
  std::ifstream lines(path);
  if (!lines) throw InputError(fmt::format("cannot read {}", path));
  std::vector<ShapeLine> shapes;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    ShapeLine shape;
    std::istringstream words(line);
    words >> shape.name >> shape.times;
    std::getline(words, shape.words);
    if (!words) throw InputError(fmt::format("{}: not a shape: {}", path, line));
    shapes.push_back(shape);
  }
  return shapes;
}

}  // namespace

int run_program(int argc, char** argv, const char* shapes,
                const std::function<void(const std::vector<ShapeLine>&)>& add) {
  benchmark::Initialize(&argc, argv);
  try {
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
      throw InputError(fmt::format("unknown argument {}", argv[argc - 1]));
    }
    add(read_shapes(argc == 2 ? argv[1] : shapes));
    benchmark::RunSpecifiedBenchmarks();
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return 2;
  }
  return 0;
}

double error_limit(const KernelInfo& info) {
  return info.id.find("16.") != std::string_view::npos ? 3e-2 : 1e-4;
}

void report(benchmark::State& state, const Samples& samples, const Speed& speed) {
  samples.report(state);
  const double median = samples.quantile(0.5);
  if (speed.macs > 0) {
    state.counters["gmacs"] = speed.macs / median / 1e9;
    state.counters["fma_peak_gmacs"] = speed.fma_peak / 1e9;
    state.counters["peak%"] = 100 * speed.macs / median / speed.fma_peak;
  } else {
    state.counters["gb_s"] = speed.bytes / median / 1e9;
  }
}

}  // namespace impasto::bench
