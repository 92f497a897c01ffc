// What the host side of a GPU kernel is written with: pointers to its operands, and the call into
// the code that was compiled for the context's device.
#pragma once

#include "tensor/context.h"
#include "tensor/error.h"

// Calls launcher f(queue, arguments...) of the namespace cuda, simt or simt_race, whichever the
// context runs; declared by IMPASTO_GPU_DECLARE.
#define IMPASTO_ON_GPU(context, f, ...)                                                  \
  (::impasto::gpu_code_of((context), IMPASTO_IF_CUDA(f), &simt::f, IMPASTO_IF_RACE(f)))( \
      (context).queue(), __VA_ARGS__)

#if IMPASTO_CUDA
#define IMPASTO_IF_CUDA(f) &cuda::f
#else
#define IMPASTO_IF_CUDA(f) static_cast<decltype(&simt::f)>(nullptr)
#endif
#if IMPASTO_SIMT_RACE
#define IMPASTO_IF_RACE(f) &simt_race::f
#else
#define IMPASTO_IF_RACE(f) static_cast<decltype(&simt::f)>(nullptr)
#endif

namespace impasto {

template <class Function>
Function gpu_code_of(const Context& context, Function cuda, Function simt, Function race) {
  const GpuCode code = context.gpu_code();
  const Function chosen = code == GpuCode::cuda ? cuda : (code == GpuCode::simt_race ? race : simt);
  IMPASTO_CHECK(
      chosen != nullptr, "{}",
      code == GpuCode::cuda ? "this build has no CUDA" : "this build has no race detector");
  return chosen;
}

// Where an operand's elements are; nullptr for one that is undefined.
template <class T>
T* gpu_data(const Context& context, Tensor& tensor) {
  if (!tensor.defined()) return nullptr;
  IMPASTO_CHECK(tensor.device() == context.device() && tensor.dtype() == kDTypeOf<T>,
                "kernel on {}: operand {} is {} on {}", to_string(context.device()),
                tensor.shape().to_string(), to_string(tensor.dtype()), to_string(tensor.device()));
  return static_cast<T*>(tensor.raw());
}
template <class T>
const T* gpu_data(const Context& context, const Tensor& tensor) {
  Tensor same = tensor;
  return gpu_data<T>(context, same);
}

}  // namespace impasto
