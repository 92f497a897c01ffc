// ReLU in packs of four elements a thread. Forward, the four bits of eight neighbouring threads are
// joined by shuffles to half a mask word, so a mask costs no second pass and no shared memory;
// backward, eight threads read one half word, which the cache hands to all of them.
//
// Bound by memory: 8 bytes an f32 element each way and an eighth of a byte of mask.
#include "ops/relu/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::relu_kernels::IMPASTO_GPU {
namespace {

constexpr int kHalfWord = 32;                // elements
constexpr int kSharers = kHalfWord / kPack;  // threads of a half word
constexpr std::int64_t kWarpElements = 32 * kPack;

template <class T>
__global__ void __launch_bounds__(kPackThreads)
    forward_kernel(ReluForwardLaunch<T> a, bool aligned) {
  // Whole warps go round together, past the end too, where they hold zeros: shuffles need all
  // lanes.
  const std::int64_t padded = (a.count + kWarpElements - 1) / kWarpElements * kWarpElements;
  const std::int64_t half_words = (a.count + 63) / 64 * 2;
  for_packs(padded, [&](std::int64_t i, int) {
    const std::int64_t left = a.count - i;
    const int count = left >= kPack ? kPack : (left > 0 ? static_cast<int>(left) : 0);
    Pack<T> x = load_some(a.src + i, count, aligned);
    unsigned bits = 0;
    for (int k = 0; k < kPack; ++k) {
      x.v[k] = x.v[k] <= 0 ? T{0} : x.v[k];  // NaN is not <= 0, and stays
      bits |= (x.v[k] > 0 ? 1u : 0u) << k;
    }
    store_some(a.dst + i, x, count, aligned);
    if (a.mask == nullptr) return;
    const unsigned sharer = threadIdx.x % kSharers;
    bits <<= sharer * kPack;
    for (int distance = 1; distance < kSharers; distance *= 2) {
      bits |= __shfl_xor_sync(~0u, bits, distance);
    }
    const std::int64_t half_word = i / kHalfWord;
    if (sharer == 0 && half_word < half_words) a.mask[half_word] = bits;
  });
}

template <class T>
__global__ void __launch_bounds__(kPackThreads)
    backward_kernel(ReluBackwardLaunch<T> a, bool aligned) {
  for_packs(a.count, [&](std::int64_t i, int count) {
    const unsigned bits = a.mask[i / kHalfWord] >> (i % kHalfWord);
    Pack<T> grad = load_some(a.grad_dst + i, count, aligned);
    for (int k = 0; k < kPack; ++k) grad.v[k] = (bits >> k & 1u) != 0 ? grad.v[k] : T{0};
    store_some(a.grad_src + i, grad, count, aligned);
  });
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const ReluForwardLaunch<T>& a) {
  if (a.count == 0) return;
  launch(queue, {"relu.fwd.cuda.vector", blocks_for_packs(a.count), kPackThreads},
         forward_kernel<T>, a, packs_fit(a.src, a.dst));
}

template <class T>
void backward(const GpuQueue& queue, const ReluBackwardLaunch<T>& a) {
  if (a.count == 0) return;
  launch(queue, {"relu.bwd.cuda.vector", blocks_for_packs(a.count), kPackThreads},
         backward_kernel<T>, a, packs_fit(a.grad_dst, a.grad_src));
}

template void forward(const GpuQueue&, const ReluForwardLaunch<float>&);
template void forward(const GpuQueue&, const ReluForwardLaunch<double>&);
template void backward(const GpuQueue&, const ReluBackwardLaunch<float>&);
template void backward(const GpuQueue&, const ReluBackwardLaunch<double>&);

}  // namespace impasto::relu_kernels::IMPASTO_GPU
