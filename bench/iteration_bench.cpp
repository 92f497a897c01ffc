// One evaluation of the whole objective: VGG-19 forward, content and five style losses, backward to
// the picture. Verified before it is timed: at 64 pixels the losses and the gradient of the kernels
// that selection picks must be those of the reference kernels.
#include <cmath>
#include <cstdio>

#include <benchmark/benchmark.h>

#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "ops/registry.h"
#include "style/losses.h"
#include "tensor/allocator.h"
#include "tensor/random.h"

namespace impasto {
namespace {

Tensor random_picture(std::int64_t side, std::uint64_t seed) {
  Tensor picture = Tensor::empty({1, side, side, 3});
  fill_uniform(picture, seed, 0, 255);
  return picture;
}

double relative_error(Context& context, const Tensor& got, const Tensor& want) {
  const Tensor difference = sub(context, got, want);
  return std::sqrt(dot(context, difference, difference).item() / dot(context, want, want).item());
}

struct Setup {
  Setup(Context& context, std::int64_t side)
      : network(random_vgg_spec(1)),
        objective(context, network, {}, random_picture(side, 2), {random_picture(side, 3)}),
        image(random_picture(side, 4)) {}

  Vgg network;
  StyleObjective objective;
  Tensor image;
};

bool verified() {
  static const bool ok = [] {
    Context fast, reference;
    for (const TableInfo& table : all_tables()) {
      reference.request_kernel(table.name, table.kernels.back().id);
    }
    constexpr std::int64_t kSide = 64;
    Setup a(fast, kSide), b(reference, kSide);
    const LossGradient got = a.objective.evaluate(fast, a.image, true);
    const LossGradient want = b.objective.evaluate(reference, b.image, true);
    const double loss_error = std::abs(got.losses.total / want.losses.total - 1);
    const double gradient_error = relative_error(reference, got.gradient, want.gradient);
    if (loss_error < 1e-5 && gradient_error < 1e-3) return true;
    std::fprintf(stderr, "iteration: wrong: loss off by %g, gradient by %g\n", loss_error,
                 gradient_error);
    return false;
  }();
  return ok;
}

void iteration(benchmark::State& state) {
  if (!verified()) {
    state.SkipWithError("differs from the reference kernels");
    return;
  }
  Context context;
  Setup setup(context, state.range(0));
  allocator_of({}).reset_peak();
  for (auto _ : state) {
    benchmark::DoNotOptimize(setup.objective.evaluate(context, setup.image, true).losses.total);
  }
  const double pixels = static_cast<double>(state.range(0) * state.range(0));
  state.counters["threads"] = context.threads().size();
  state.counters["peak_bytes_per_pixel"] =
      static_cast<double>(allocator_of({}).stats().peak_bytes) / pixels;
}
BENCHMARK(iteration)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace impasto

BENCHMARK_MAIN();
