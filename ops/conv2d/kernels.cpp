// The tables of conv2d: best first, reference last.
#include "ops/conv2d/conv2d_kernels.h"

namespace impasto {
namespace {

using namespace conv2d_kernels;

// Products behind one element of dst, of grad_src and of grad_wei.
std::int64_t forward_length(const Conv2dProblem& p) {
  return p.kh * p.kw * p.ic;
}
std::int64_t backward_data_length(const Conv2dProblem& p) {
  // A reflected or repeated border shows one pixel at up to 1 + 2 pad places along each axis.
  const std::int64_t shown = p.params.pad_mode == PadMode::zero ? 1 : 1 + 2 * p.params.pad;
  return shown * shown * p.kh * p.kw * p.oc;
}
std::int64_t backward_filter_length(const Conv2dProblem& p) {
  return p.n * p.oh() * p.ow();
}

const Conv2dForwardKernel kForward[] = {
    {.info = {.id = "conv2d.fwd.cpu.reference",
              .idea = "plain loops, one output element at a time",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = forward_length,
     .run = forward_reference},
};

const Conv2dBackwardDataKernel kBackwardData[] = {
    {.info = {.id = "conv2d.bwd_data.cpu.reference",
              .idea = "plain loops, each pixel asks who read it",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_data_length,
     .run = backward_data_reference},
};

const Conv2dBackwardFilterKernel kBackwardFilter[] = {
    {.info = {.id = "conv2d.bwd_filter.cpu.reference",
              .idea = "plain loops, one tap of one output channel at a time",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_filter_length,
     .run = backward_filter_reference},
};

}  // namespace

KernelTable<Conv2dProblem, Conv2dForwardArgs> conv2d_forward_table() {
  return {"conv2d.fwd", kForward};
}

KernelTable<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data_table() {
  return {"conv2d.bwd_data", kBackwardData};
}

KernelTable<Conv2dProblem, Conv2dBackwardFilterArgs> conv2d_backward_filter_table() {
  return {"conv2d.bwd_filter", kBackwardFilter};
}

}  // namespace impasto
