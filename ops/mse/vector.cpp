// The loss chunk by chunk over the threads, joined in a fixed order (ops/reduce/ordered.h); the
// gradient in one pass. Bound by memory.
#include "ops/mse/mse_kernels.h"
#include "ops/reduce/ordered.h"
#include "ops/reference.h"

namespace impasto::mse_kernels {

std::size_t forward_vector_workspace(const MseProblem& problem, int) {
  return ordered::workspace_bytes(ceil_div(problem.count, ordered::kChunk));
}

void forward_vector(Context& context, const MseProblem& problem, const MseForwardArgs& args,
                    void* workspace) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    const double sum = ordered::reduce<ordered::Add>(
        context.threads(), problem.count, workspace, [=](std::int64_t i) {
          const double difference = double{a[i]} - double{b[i]};
          return difference * difference;
        });
    *args.value.data<double>() = problem.weight * sum / static_cast<double>(problem.count);
  });
}

void backward_vector(Context& context, const MseProblem& problem, const MseBackwardArgs& args,
                     void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* a = args.a.data<T>();
    const T* b = args.b.data<T>();
    T* grad_a = args.grad_a.data<T>();
    const double factor =
        args.upstream.item() * problem.weight * 2 / static_cast<double>(problem.count);
    parallel_for(context.threads(), problem.count, ordered::kChunk,
                 [=](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     grad_a[i] = static_cast<T>(factor * (double{a[i]} - double{b[i]}));
                   }
                 });
  });
}

}  // namespace impasto::mse_kernels
