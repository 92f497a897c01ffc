// The gradient of ReLU with the mask registers of AVX-512: sixteen bits of a mask word are the mask
// of a load, which gives zeros where they are not set. `vector` shifts out a bit for each element,
// which is what bounds it; this is bound by memory, 8 bytes an element.
//
// Compiled for AVX-512 function by function, so that the file needs no flags of its own.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "ops/relu/relu_kernels.h"

namespace impasto::relu_kernels {
namespace {

constexpr std::int64_t kBlock = 64;   // elements of a mask word
constexpr std::int64_t kGrain = 512;  // blocks of a task: 128 KiB of f32

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void pass_word(const float* grad_dst, std::uint64_t word,
                                          float* grad_src) {
  for (int i = 0; i < kBlock; i += 16, word >>= 16) {
    const auto lanes = static_cast<__mmask16>(word);
    _mm512_storeu_ps(grad_src + i, _mm512_maskz_loadu_ps(lanes, grad_dst + i));
  }
}

void run(Context& context, const ReluProblem& problem, const ReluBackwardArgs& args, void*) {
  const float* grad_dst = args.grad_dst.data<float>();
  const std::uint64_t* mask = args.mask.data<std::uint64_t>();
  float* grad_src = args.grad_src.data<float>();
  const std::int64_t words = problem.count / kBlock;
  parallel_for(context.threads(), words, kGrain, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) {
      pass_word(grad_dst + w * kBlock, mask[w], grad_src + w * kBlock);
    }
  });
  for (std::int64_t i = words * kBlock; i < problem.count; ++i) {
    grad_src[i] = ((mask[words] >> (i % kBlock)) & 1u) != 0 ? grad_dst[i] : 0.0f;
  }
}
#else
constexpr auto run = backward_vector;  // never asked for: `needs` is met by no machine
#endif

}  // namespace

Kernel<ReluProblem, ReluBackwardArgs> backward_mask_lanes() {
  return {.info = {.id = "relu.bwd.cpu.mask_lanes.avx512",
                   .idea = "mask words as the masks of loads",
                   .needs = Feature::avx512},
          .run = run};
}

}  // namespace impasto::relu_kernels
