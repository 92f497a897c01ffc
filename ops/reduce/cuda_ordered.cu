// Reductions to a scalar: packs of four elements a thread, partial results of blocks, joined in
// order by one more block (cuda_ordered.cuh). In double. Bound by memory: 4 bytes an f32 element, 8
// for dot.
#include "ops/reduce/cuda_kernels.h"
#include "ops/reduce/cuda_ordered.cuh"

namespace impasto::reduce_kernels::IMPASTO_GPU {
namespace {

struct Sum {
  using Join = Add;
  __device__ __forceinline__ static double of(double a, double) { return a; }
};
struct AbsSum {
  using Join = Add;
  __device__ __forceinline__ static double of(double a, double) { return fabs(a); }
};
struct LargestMagnitude {
  using Join = AbsMax;
  __device__ __forceinline__ static double of(double a, double) { return fabs(a); }
};
struct Dot {
  using Join = Add;
  __device__ __forceinline__ static double of(double a, double b) { return a * b; }
};
struct NonFinite {  // x - x is 0 for finite x only
  using Join = Add;
  __device__ __forceinline__ static double of(double a, double) { return a - a == 0 ? 0 : 1; }
};

// What the end of the last pack is filled with, 0, adds nothing to any of them.
template <class Kind, class T>
struct Term {
  const T *a, *b;  // b is a where there is no b
  bool aligned;

  __device__ __forceinline__ double operator()(double value, std::int64_t i, int count) const {
    const Pack<T> x = load_some(a + i, count, aligned);
    const Pack<T> y = a == b ? x : load_some(b + i, count, aligned);
    for (int k = 0; k < kPack; ++k) {
      value = typename Kind::Join()(
          value, Kind::of(static_cast<double>(x.v[k]), static_cast<double>(y.v[k])));
    }
    return value;
  }
};

template <class Kind, class T>
void reduce_all(const GpuQueue& queue, const ReduceLaunch<T>& args) {
  const Term<Kind, T> term{args.a, args.b == nullptr ? args.a : args.b, packs_fit(args.a, args.b)};
  reduce_packs<typename Kind::Join>(queue, "reduce.all.cuda.ordered", term, args.count,
                                    args.partials, {args.value});
}

}  // namespace

template <class T>
void all(const GpuQueue& queue, const ReduceLaunch<T>& args) {
  switch (args.kind) {
    case Reduction::sum:
      return reduce_all<Sum>(queue, args);
    case Reduction::abs_sum:
      return reduce_all<AbsSum>(queue, args);
    case Reduction::abs_max:
      return reduce_all<LargestMagnitude>(queue, args);
    case Reduction::dot:
      return reduce_all<Dot>(queue, args);
    case Reduction::nonfinite:
      return reduce_all<NonFinite>(queue, args);
  }
}

template void all(const GpuQueue&, const ReduceLaunch<float>&);
template void all(const GpuQueue&, const ReduceLaunch<double>&);

}  // namespace impasto::reduce_kernels::IMPASTO_GPU
