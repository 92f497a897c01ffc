#include "ops/reference.h"

#include "ops/relu/relu_kernels.h"
#include "tensor/bits.h"

namespace impasto::relu_kernels {

void forward_reference(Context&, const ReluProblem& problem, const ReluForwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    T* dst = args.dst.data<T>();
    std::uint64_t* mask = args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      dst[i] = src[i] <= 0 ? T{0} : src[i];
      if (mask != nullptr) set_bit(mask, i, dst[i] > 0);
    }
  });
}

void backward_reference(Context&, const ReluProblem& problem, const ReluBackwardArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* grad_dst = args.grad_dst.data<T>();
    const std::uint64_t* mask = args.mask.data<std::uint64_t>();
    T* grad_src = args.grad_src.data<T>();
    for (std::int64_t i = 0; i < problem.count; ++i) {
      grad_src[i] = get_bit(mask, i) ? grad_dst[i] : T{0};
    }
  });
}

}  // namespace impasto::relu_kernels
