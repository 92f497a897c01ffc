// ReLU by blocks of 64 elements: one mask word each, loops of constant length that the compiler
// vectorises, blocks spread over the threads. Bound by memory: 8 bytes an element forward.
#include <algorithm>

#include "ops/relu/relu_kernels.h"

namespace impasto::relu_kernels {
namespace {

constexpr std::int64_t kBlock = 64;
constexpr std::int64_t kGrain = 512;  // blocks of a task: 128 KiB of f32

// Calls body(first element, count) for each block of 64 elements, the last one maybe shorter.
template <class F>
void for_blocks(Context& context, std::int64_t count, F body) {
  const std::int64_t blocks = (count + kBlock - 1) / kBlock;
  parallel_for(context.threads(), blocks, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      body(b * kBlock, std::min(kBlock, count - b * kBlock));
    }
  });
}

}  // namespace

void forward_vector(Context& context, const ReluProblem& problem, const ReluForwardArgs& args,
                    void*) {
  const float* src = args.src.data<float>();
  float* dst = args.dst.data<float>();
  std::uint64_t* mask = args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>();
  for_blocks(context, problem.count, [=](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i) dst[i] = src[i] <= 0 ? 0.0f : src[i];
    if (mask == nullptr) return;
    std::uint64_t word = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      word |= std::uint64_t{dst[first + i] > 0} << i;
    }
    mask[first / kBlock] = word;
  });
}

void backward_vector(Context& context, const ReluProblem& problem, const ReluBackwardArgs& args,
                     void*) {
  const float* grad_dst = args.grad_dst.data<float>();
  const std::uint64_t* mask = args.mask.data<std::uint64_t>();
  float* grad_src = args.grad_src.data<float>();
  for_blocks(context, problem.count, [=](std::int64_t first, std::int64_t count) {
    const std::uint64_t word = mask[first / kBlock];
    for (std::int64_t i = 0; i < count; ++i) {
      grad_src[first + i] = ((word >> i) & 1u) != 0 ? grad_dst[first + i] : 0.0f;
    }
  });
}

}  // namespace impasto::relu_kernels
