// From an op's tables and a file of shapes to benchmarks, one a kernel and shape: each is verified
// against the reference kernel before it is timed. A program gives what bench/support/direction.h
// asks for, and is
//
//   return run_ops(argc, argv, "maps_256.txt", direction<Case>(...), direction<Case>(...));
//
// On a device the kernels of one shape follow each other, NVIDIA's libraries beside ours; on the
// cpu the shapes of one kernel do.
#pragma once

#include <memory>
#include <vector>

#include "bench/support/shape_bench.h"

namespace impasto::bench {

template <class Case, class Args>
void add_one(std::shared_ptr<ShapeBench<Case, Args>> shape,
             const Kernel<typename Case::Problem, Args>& kernel, const ShapeLine& line,
             const RunOptions& options) {
  if (options.on_cpu() && !shape->can_run(kernel).ok) return;
  const auto run = [&kernel, shape, error = -1.0](benchmark::State& state) mutable {
    shape->measure(state, kernel, error);
  };
  auto* added =
      benchmark::RegisterBenchmark(fmt::format("{}/{}", kernel.info.id, line.name).c_str(), run);
  added->Unit(benchmark::kMillisecond)->UseManualTime();
  if (!options.on_cpu()) added->Iterations(1);
}

template <class Case, class Args>
void add_direction(const Direction<Case, Args>& direction, const std::vector<ShapeLine>& lines,
                   Stage& stage) {
  std::vector<std::shared_ptr<ShapeBench<Case, Args>>> shapes;
  for (const ShapeLine& line : lines) {
    shapes.push_back(std::make_shared<ShapeBench<Case, Args>>(direction, line, stage));
  }
  const auto all = direction.table.kernels;
  std::vector<const Kernel<typename Case::Problem, Args>*> kernels;
  for (const auto& kernel : all.first(all.size() - 1)) {
    if (belongs_to(kernel.info, stage.options.device.type)) kernels.push_back(&kernel);
  }
  const std::size_t count = lines.size() * kernels.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool by_shape = !stage.options.on_cpu();
    const std::size_t line = by_shape ? i / kernels.size() : i % lines.size();
    const std::size_t kernel = by_shape ? i % kernels.size() : i / lines.size();
    add_one(shapes[line], *kernels[kernel], lines[line], stage.options);
  }
}

template <class... Directions>
int run_ops(int argc, char** argv, const char* shapes, const Directions&... directions) {
  std::unique_ptr<Stage> stage;
  return run_program(argc, argv, shapes, [&](const auto& lines, const RunOptions& options) {
    stage = std::make_unique<Stage>(options);
    (add_direction(directions, lines, *stage), ...);
  });
}

}  // namespace impasto::bench
