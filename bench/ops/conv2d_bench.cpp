// Every conv2d kernel on the convolutions of a network, in multiply-adds a second and as a share of
// what the multipliers of the machine can do, measured in the same breath. A kernel is compared
// with the reference on a corner of the picture before it is timed.
//
//   conv2d_bench [shapes.txt] [--benchmark_filter=bwd_data.*avx512 ...]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>

#include <benchmark/benchmark.h>

#include "bench/ops/fma_loop.h"
#include "ops/conv2d/conv2d.h"
#include "tensor/random.h"

namespace impasto::bench {
namespace {

struct NamedShape {
  std::string name;
  std::int64_t times = 1;
  Conv2dProblem problem;
};

std::vector<NamedShape> read_shapes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw InputError(fmt::format("cannot read {}", path));
  std::vector<NamedShape> shapes;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    NamedShape shape;
    Conv2dProblem& p = shape.problem;
    std::istringstream words(line);
    words >> shape.name >> shape.times >> p.n >> p.h >> p.w >> p.ic >> p.oc >> p.kh >> p.kw >>
        p.params.stride >> p.params.pad;
    if (!words) throw InputError(fmt::format("{}: not a shape: {}", path, line));
    p.params.relu = true;
    p.filter_cached = true;
    shapes.push_back(shape);
  }
  return shapes;
}

const FmaLoop& fma_loop(Features features) {
#if defined(__x86_64__)
  if (features.has(Feature::avx512)) return avx512::kFmaLoop;
  if (features.has(Feature::avx2)) return avx2::kFmaLoop;
#endif
  static_cast<void>(features);
  return generic::kFmaLoop;
}

// Multiply-adds a second of all threads together, the best of some tries of about a millisecond.
double fma_peak(Context& context) {
  constexpr std::int64_t kSteps = 200'000;
  const FmaLoop& loop = fma_loop(context.features());
  const int threads = context.threads().size();
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    context.threads().run(threads, [&](std::int64_t, int) {
      float out[16];
      loop.run(kSteps, out);
      benchmark::DoNotOptimize(out);
    });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best =
        std::max(best, static_cast<double>(threads * kSteps * loop.macs_per_step) / time.count());
  }
  return best;
}

struct Operands {
  explicit Operands(const Conv2dProblem& p)
      : src(Tensor::empty({p.n, p.h, p.w, p.ic})),
        wei(Tensor::empty({p.oc, p.kh, p.kw, p.ic})),
        bias(Tensor::empty({p.oc})),
        dst(Tensor::empty({p.n, p.oh(), p.ow(), p.oc})),
        mask(Tensor::empty(p.mask_shape(), DType::bits)) {
    fill_uniform(src, 1, -1, 1);
    fill_uniform(wei, 2, -1, 1);
    fill_uniform(bias, 3, -1, 1);
    fill_uniform(dst, 4, -1, 1);
    std::fill_n(mask.data<std::uint64_t>(), mask.bytes() / 8, 0x5555'3333'0f0f'ff00u);
  }

  Tensor src, wei, bias, dst, mask;
  FilterCache cache;
};

void run(Context& context, const Conv2dForwardKernel& kernel, const Conv2dProblem& problem,
         Operands& o) {
  run_kernel(context, kernel, problem, {o.src, o.wei, o.bias, o.dst, &o.mask, &o.cache});
}
void run(Context& context, const Conv2dBackwardDataKernel& kernel, const Conv2dProblem& problem,
         Operands& o) {
  run_kernel(context, kernel, problem, {o.dst, o.mask, o.wei, o.src, &o.cache});
}
void run(Context& context, const Conv2dBackwardFilterKernel& kernel, const Conv2dProblem& problem,
         Operands& o) {
  run_kernel(context, kernel, problem, {o.src, o.dst, o.wei});
}

Tensor& result_of(const Conv2dForwardKernel&, Operands& o) {
  return o.dst;
}
Tensor& result_of(const Conv2dBackwardDataKernel&, Operands& o) {
  return o.src;
}
Tensor& result_of(const Conv2dBackwardFilterKernel&, Operands& o) {
  return o.wei;
}

// Largest error of a corner of the problem against the reference, relative to the largest value.
template <class Kernel>
double error_against(Context& context, const Kernel& kernel, const Kernel& reference,
                     Conv2dProblem corner) {
  corner.h = std::min<std::int64_t>(corner.h, 8);
  corner.w = std::min<std::int64_t>(corner.w, 14);
  Operands got(corner), want(corner);
  run(context, kernel, corner, got);
  run(context, reference, corner, want);
  const Tensor &a = result_of(kernel, got), &b = result_of(kernel, want);
  double error = 0, largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double x = a.data<float>()[i], y = b.data<float>()[i];
    error = x == x ? std::max(error, std::abs(x - y)) : INFINITY;
    largest = std::max(largest, std::abs(y));
  }
  return error / largest;
}

template <class Kernel>
void measure(benchmark::State& state, const Kernel& kernel, const Kernel& reference,
             const NamedShape& shape) {
  Context context;
  const double error = error_against(context, kernel, reference, shape.problem);
  if (!(error < 1e-5)) {
    return state.SkipWithError(fmt::format("differs from the reference by {:.1e}", error).c_str());
  }
  Operands operands(shape.problem);
  run(context, kernel, shape.problem, operands);
  double best = INFINITY;
  const double peak_before = fma_peak(context);
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    run(context, kernel, shape.problem, operands);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(time.count());
    best = std::min(best, time.count());
  }
  const double macs = static_cast<double>(shape.problem.macs());
  const double peak = std::max(peak_before, fma_peak(context));
  state.counters["best_ms"] = best * 1e3;
  state.counters["gmacs"] = macs / best / 1e9;
  state.counters["peak%"] = 100 * macs / best / peak;
  state.counters["times"] = static_cast<double>(shape.times);
  state.counters["threads"] = context.threads().size();
}

template <class Problem, class Args>
void add_table(const KernelTable<Problem, Args>& table, const std::vector<NamedShape>& shapes) {
  const auto& reference = table.kernels.back();
  for (const auto& kernel : table.kernels.first(table.kernels.size() - 1)) {
    for (const NamedShape& shape : shapes) {
      if (!can_serve(kernel, shape.problem, host_features()).ok) continue;
      benchmark::RegisterBenchmark(
          fmt::format("{}/{}", kernel.info.id, shape.name).c_str(),
          [&](benchmark::State& state) { measure(state, kernel, reference, shape); })
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime();
    }
  }
}

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  benchmark::Initialize(&argc, argv);
  try {
    const auto shapes = bench::read_shapes(argc > 1 ? argv[1] : IMPASTO_SHAPES "/vgg19_256.txt");
    bench::add_table(conv2d_forward_table(), shapes);
    bench::add_table(conv2d_backward_data_table(), shapes);
    bench::add_table(conv2d_backward_filter_table(), shapes);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const Error& error) {
    fmt::print(stderr, "conv2d_bench: {}\n", error.what());
    return 2;
  }
}
