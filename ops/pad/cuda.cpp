// The host's side of the GPU kernels of pad.
#include "ops/pad/cuda_kernels.h"
#include "ops/pad/pad_kernels.h"
#include "ops/reference.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::pad_kernels {
namespace {

PadAxis axis_of(std::int64_t size, std::int64_t before, std::int64_t after) {
  return {static_cast<int>(size), static_cast<int>(before), static_cast<int>(after)};
}

template <class T>
PadLaunch<T> launch_of(const Context& context, const PadProblem& p, const PadArgs& args) {
  constexpr Border kBorders[] = {Border::zero, Border::reflect, Border::replicate};
  return {gpu_data<T>(context, args.src),
          gpu_data<T>(context, args.dst),
          p.n,
          p.c,
          axis_of(p.h, p.params.top, p.params.bottom),
          axis_of(p.w, p.params.left, p.params.right),
          kBorders[static_cast<int>(p.params.mode)]};
}

}  // namespace

Support fits_cuda(const PadProblem& p) {
  const std::int64_t height = p.h + p.params.top + p.params.bottom;
  const std::int64_t width = p.w + p.params.left + p.params.right;
  const std::int64_t unit = p.c % 4 == 0 ? 4 : 1;
  if (p.n * height * width * (p.c / unit) <= INT32_MAX && height < INT32_MAX / 4 &&
      width < INT32_MAX / 4) {
    return Support::yes();
  }
  return Support::no("2^31 elements or more, or packs of four channels; indices are of 32 bits");
}

void forward_cuda(Context& context, const PadProblem& problem, const PadArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    IMPASTO_ON_GPU(context, forward<T>, launch_of<T>(context, problem, args));
  });
}

void backward_cuda(Context& context, const PadProblem& problem, const PadArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    IMPASTO_ON_GPU(context, backward<T>, launch_of<T>(context, problem, args));
  });
}

}  // namespace impasto::pad_kernels
