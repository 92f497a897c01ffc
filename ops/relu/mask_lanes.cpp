// ReLU with the mask registers of AVX-512: forward a comparison gives sixteen bits of a mask word,
// backward they are the mask of a load, which gives zeros where they are not set. `vector` shifts
// each bit into its place or out of it, which is what bounds it; this is bound by memory, 8 bytes
// an element.
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
// Not "greater or zero": NaN stays, as in the reference, and its bit is not set.
[[gnu::target("avx512f")]] std::uint64_t relu_word(const float* src, float* dst) {
  const __m512 zero = _mm512_setzero_ps();
  std::uint64_t word = 0;
  for (int i = 0; i < kBlock; i += 16) {
    const __m512 value = _mm512_loadu_ps(src + i);
    const __mmask16 stays = _mm512_cmp_ps_mask(value, zero, _CMP_NLE_UQ);
    _mm512_storeu_ps(dst + i, _mm512_maskz_mov_ps(stays, value));
    word |= std::uint64_t{_mm512_cmp_ps_mask(value, zero, _CMP_GT_OQ)} << i;
  }
  return word;
}

[[gnu::target("avx512f")]] void pass_word(const float* grad_dst, std::uint64_t word,
                                          float* grad_src) {
  for (int i = 0; i < kBlock; i += 16, word >>= 16) {
    const auto lanes = static_cast<__mmask16>(word);
    _mm512_storeu_ps(grad_src + i, _mm512_maskz_loadu_ps(lanes, grad_dst + i));
  }
}

// Calls body(word) for each whole word, and for_rest(element) for what is left.
template <class Body, class Rest>
void for_words(Context& context, std::int64_t count, Body body, Rest for_rest) {
  const std::int64_t words = count / kBlock;
  parallel_for(context.threads(), words, kGrain, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) body(w);
  });
  for (std::int64_t i = words * kBlock; i < count; ++i) for_rest(i);
}

void forward(Context& context, const ReluProblem& problem, const ReluForwardArgs& args, void*) {
  const float* src = args.src.data<float>();
  float* dst = args.dst.data<float>();
  std::uint64_t* mask = args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>();
  std::uint64_t last = 0;
  for_words(
      context, problem.count,
      [=](std::int64_t w) {
        const std::uint64_t word = relu_word(src + w * kBlock, dst + w * kBlock);
        if (mask != nullptr) mask[w] = word;
      },
      [&](std::int64_t i) {
        dst[i] = src[i] <= 0 ? 0.0f : src[i];
        last |= std::uint64_t{dst[i] > 0} << (i % kBlock);
      });
  if (mask != nullptr && problem.count % kBlock != 0) mask[problem.count / kBlock] = last;
}

void backward(Context& context, const ReluProblem& problem, const ReluBackwardArgs& args, void*) {
  const float* grad_dst = args.grad_dst.data<float>();
  const std::uint64_t* mask = args.mask.data<std::uint64_t>();
  float* grad_src = args.grad_src.data<float>();
  for_words(
      context, problem.count,
      [=](std::int64_t w) { pass_word(grad_dst + w * kBlock, mask[w], grad_src + w * kBlock); },
      [=](std::int64_t i) {
        grad_src[i] = ((mask[i / kBlock] >> (i % kBlock)) & 1u) != 0 ? grad_dst[i] : 0.0f;
      });
}
#else
// Never asked for: no machine has what they need.
constexpr auto forward = forward_vector;
constexpr auto backward = backward_vector;
#endif

}  // namespace

Kernel<ReluProblem, ReluForwardArgs> forward_mask_lanes() {
  return {.info = {.id = "relu.fwd.cpu.mask_lanes.avx512",
                   .idea = "comparisons whose results are the mask words",
                   .needs = Feature::avx512},
          .run = forward};
}

Kernel<ReluProblem, ReluBackwardArgs> backward_mask_lanes() {
  return {.info = {.id = "relu.bwd.cpu.mask_lanes.avx512",
                   .idea = "mask words as the masks of loads",
                   .needs = Feature::avx512},
          .run = backward};
}

}  // namespace impasto::relu_kernels
