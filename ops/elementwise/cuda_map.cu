// Elementwise formulas in packs of four elements a thread. Arithmetic is in double and rounded
// once, as on the processor; GPUs with a full set of double units hide it behind memory, which
// bounds this (8 or 12 bytes an f32 element).
#include "ops/elementwise/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::elementwise_kernels::IMPASTO_GPU {
namespace {

template <MapFormula formula>
__device__ __forceinline__ double value_of(double a, double b, double alpha, double beta) {
  if constexpr (formula == MapFormula::scale) return alpha * a;
  if constexpr (formula == MapFormula::linear) return alpha * a + beta * b;
  if constexpr (formula == MapFormula::mul) return alpha * a * b;
  return a < alpha ? alpha : (a > beta ? beta : a);  // NaN is neither
}

// An element is written by the thread that has read it, so dst may be an operand.
template <MapFormula formula, class T>
__global__ void __launch_bounds__(kPackThreads) map_kernel(MapLaunch<T> args, bool aligned) {
  constexpr bool kBinary = formula == MapFormula::linear || formula == MapFormula::mul;
  for_packs(args.count, [&](std::int64_t i, int count) {
    Pack<T> a = load_some(args.a + i, count, aligned);
    Pack<T> b = a;
    if constexpr (kBinary) b = load_some(args.b + i, count, aligned);
    for (int k = 0; k < kPack; ++k) {
      a.v[k] = static_cast<T>(value_of<formula>(
          static_cast<double>(a.v[k]), static_cast<double>(b.v[k]), args.alpha, args.beta));
    }
    store_some(args.dst + i, a, count, aligned);
  });
}

template <MapFormula formula, class T>
void launch_map(const GpuQueue& queue, const MapLaunch<T>& args) {
  launch(queue, {"elementwise.map.cuda.vector", blocks_for_packs(args.count), kPackThreads},
         map_kernel<formula, T>, args, packs_fit(args.a, args.b, args.dst));
}

}  // namespace

template <class T>
void map(const GpuQueue& queue, const MapLaunch<T>& args) {
  if (args.count == 0) return;
  switch (args.formula) {
    case MapFormula::scale:
      return launch_map<MapFormula::scale>(queue, args);
    case MapFormula::linear:
      return launch_map<MapFormula::linear>(queue, args);
    case MapFormula::mul:
      return launch_map<MapFormula::mul>(queue, args);
    case MapFormula::clamp:
      return launch_map<MapFormula::clamp>(queue, args);
  }
}

template void map(const GpuQueue&, const MapLaunch<float>&);
template void map(const GpuQueue&, const MapLaunch<double>&);

}  // namespace impasto::elementwise_kernels::IMPASTO_GPU
