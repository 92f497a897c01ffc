// The loss chunk by chunk over the threads, joined in a fixed order (ops/reduce/ordered.h), and the
// difference in the same pass, so that the backward pass reads one tensor instead of two, and
// neither operand is kept for it. Bound by memory.
#include <algorithm>

#include "ops/mse/mse_kernels.h"
#include "ops/reduce/ordered.h"
#include "ops/reference.h"

namespace impasto::mse_kernels {
namespace {

// One rounding, as in the reference, whose subtraction in double is exact but for it.
template <class T>
void subtract(const T* a, const T* b, T* difference, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) difference[i] = a[i] - b[i];
}

}  // namespace

std::size_t forward_vector_workspace(const MseProblem& problem, int) {
  return ordered::workspace_bytes(ceil_div(problem.count, ordered::kChunk));
}

void forward_vector(Context& context, const MseProblem& problem, const MseForwardArgs& args,
                    void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    const auto square = [=](std::int64_t i) {
      const double difference = double{a[i]} - double{b[i]};
      return difference * difference;
    };
    T* differences = args.difference.defined() ? args.difference.data<T>() : nullptr;
    const std::int64_t chunks = ceil_div(problem.count, ordered::kChunk);
    // A block of differences is written, then summed while the operands are in the caches.
    const double sum = ordered::reduce_pieces<ordered::Add>(
        context.threads(), chunks, static_cast<double*>(workspace), [&](std::int64_t chunk) {
          const std::int64_t begin = chunk * ordered::kChunk;
          const std::int64_t end = std::min(problem.count, begin + ordered::kChunk);
          if (differences != nullptr) subtract(a, b, differences, begin, end);
          return ordered::reduce_range<ordered::Add>(begin, end, square);
        });
    *args.value.data<double>() = problem.weight * sum / static_cast<double>(problem.count);
  });
}

void backward_vector(Context& context, const MseProblem& problem, const MseBackwardArgs& args,
                     void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* difference = args.difference.data<T>();
    T* grad = args.grad.data<T>();
    const bool accumulate = args.accumulate;
    const double factor =
        args.upstream.item() * problem.weight * 2 / static_cast<double>(problem.count);
    parallel_for(context.threads(), problem.count, ordered::kChunk,
                 [=](std::int64_t begin, std::int64_t end) {
                   if (accumulate) {
                     for (std::int64_t i = begin; i < end; ++i) {
                       grad[i] = static_cast<T>(double{grad[i]} + factor * double{difference[i]});
                     }
                   } else {
                     for (std::int64_t i = begin; i < end; ++i) {
                       grad[i] = static_cast<T>(factor * double{difference[i]});
                     }
                   }
                 });
  });
}

}  // namespace impasto::mse_kernels
