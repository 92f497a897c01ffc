// A vector into one of many, which one being a number in the GPU's memory: the addresses of all
// slots are parameters of the kernel. In packs of four; bound by memory, one vector read and one
// written, or nothing where the number is none of the slots.
#include "ops/basis/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::basis_kernels::IMPASTO_GPU {
namespace {

template <class T>
__global__ void __launch_bounds__(kPackThreads) store_kernel(StoreLaunch<T> p) {
  const double place = *p.index - static_cast<double>(p.first);
  if (!(place >= 0 && place < p.rows)) return;  // NaN leaves, too
  const int slot = static_cast<int>(place);
  if (slot != place) return;
  T* dst = p.slots[slot];
  for_packs(p.count, [&](std::int64_t i, int count) {
    store_some(dst + i, load_some(p.src + i, count, p.aligned), count, p.aligned);
  });
}

template <class T>
void run_store(const GpuQueue& queue, const StoreLaunch<T>& p) {
  if (p.count == 0) return;
  launch(queue, {"basis.store.cuda.vector", blocks_for_packs(p.count), kPackThreads},
         store_kernel<T>, p);
}

}  // namespace

void store_f32(const GpuQueue& queue, const StoreLaunch<float>& p) {
  run_store(queue, p);
}
void store_f64(const GpuQueue& queue, const StoreLaunch<double>& p) {
  run_store(queue, p);
}

}  // namespace impasto::basis_kernels::IMPASTO_GPU
