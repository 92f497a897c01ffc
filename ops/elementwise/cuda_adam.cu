// A step of Adam in one pass over gradient, both moments and variable: 28 bytes an f32 element
// instead of the 80 of single operations. In double, as the reference; the two divisions and the
// root cost about as much as the memory does.
//
// What changes from step to step is read from the GPU's memory, by all threads alike, so that every
// step is the same launch.
#include "ops/elementwise/adam_scalars.h"
#include "ops/elementwise/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::elementwise_kernels::IMPASTO_GPU {
namespace {

template <class T>
__global__ void __launch_bounds__(kPackThreads) adam_kernel(AdamLaunch<T> a, bool aligned) {
  const double step_size = a.scalars[kAdamStepSize], mode = a.scalars[kAdamMode];
  const double root_correction = a.scalars[kAdamRootCorrection];
  const bool first = mode == kAdamFirstStep;
  if (!first && mode != kAdamLaterStep) return;
  for_packs(a.count, [&](std::int64_t i, int count) {
    const Pack<T> grad = load_some(a.grad + i, count, aligned);
    Pack<T> m = {}, v = {};
    if (!first) {
      m = load_some(a.m + i, count, aligned);
      v = load_some(a.v + i, count, aligned);
    }
    Pack<T> x = load_some(a.x + i, count, aligned);
    for (int k = 0; k < kPack; ++k) {
      const double g = static_cast<double>(grad.v[k]);
      const double m_new = a.beta1 * static_cast<double>(m.v[k]) + (1 - a.beta1) * g;
      const double v_new = a.beta2 * static_cast<double>(v.v[k]) + (1 - a.beta2) * g * g;
      const double denominator = sqrt(v_new) / root_correction + a.epsilon;
      m.v[k] = static_cast<T>(m_new);
      v.v[k] = static_cast<T>(v_new);
      x.v[k] = static_cast<T>(static_cast<double>(x.v[k]) - step_size * m_new / denominator);
    }
    store_some(a.m + i, m, count, aligned);
    store_some(a.v + i, v, count, aligned);
    store_some(a.x + i, x, count, aligned);
  });
}

}  // namespace

template <class T>
void adam(const GpuQueue& queue, const AdamLaunch<T>& args) {
  if (args.count == 0) return;
  launch(queue, {"elementwise.adam.cuda.fused", blocks_for_packs(args.count), kPackThreads},
         adam_kernel<T>, args, packs_fit(args.grad, args.m, args.v, args.x));
}

template void adam(const GpuQueue&, const AdamLaunch<float>&);
template void adam(const GpuQueue&, const AdamLaunch<double>&);

}  // namespace impasto::elementwise_kernels::IMPASTO_GPU
