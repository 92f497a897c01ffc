// Entries of GPU kernels of packed filters in the tables of conv2d.
#pragma once

#include "ops/conv2d/cuda.h"

namespace impasto::conv2d_kernels {

// Of a kernel whose products are f32.
constexpr KernelInfo gpu_info(std::string_view id, std::string_view idea) {
  return {.id = id, .idea = idea, .backend = Backend::gpu};
}

// On tensor cores; `operand_eps` is what their operands are rounded to.
constexpr KernelInfo tensor_core_info(std::string_view id, std::string_view idea,
                                      double operand_eps = 0) {
  KernelInfo info = gpu_info(id, idea);
  info.needs = Feature::sm80;
  info.operand_eps = operand_eps;
  return info;
}

template <GpuChoice choice>
Conv2dForwardKernel gpu_forward(const KernelInfo& info, Support (*supports)(const Conv2dProblem&)) {
  return {
      .info = info,
      .supports = supports,
      .workspace_bytes = [](const Conv2dProblem& p, int) { return forward_gpu_bytes(choice, p); },
      .reduction_length = forward_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                void* workspace) { forward_gpu(choice, context, p, args, workspace); },
  };
}

template <GpuChoice choice>
Conv2dBackwardDataKernel gpu_backward_data(const KernelInfo& info,
                                           Support (*supports)(const Conv2dProblem&)) {
  return {
      .info = info,
      .supports = supports,
      .workspace_bytes = [](const Conv2dProblem& p,
                            int) { return backward_data_gpu_bytes(choice, p); },
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_gpu(choice, context, p, args, workspace); },
  };
}

// Rounds its operands when `info` says so.
template <GemmMath math>
Conv2dBackwardFilterKernel gpu_gemm_backward_filter(const KernelInfo& info) {
  return {
      .info = info,
      .supports = info.operand_eps == 0 ? supports_backward_filter_gpu
                                        : if_mixed<supports_backward_filter_gpu>,
      .workspace_bytes = backward_filter_gpu_bytes,
      .reduction_length = backward_filter_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardFilterArgs& args,
                void* workspace) { backward_filter_gpu_gemm(math, context, p, args, workspace); },
  };
}

template <GemmMath math>
Conv2dForwardKernel gpu_winograd_forward(KernelInfo info) {
  info.exact = false;
  return {
      .info = info,
      .supports = supports_gpu_winograd,
      .workspace_bytes = forward_gpu_winograd_bytes,
      .reduction_length = forward_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                void* workspace) { forward_gpu_winograd(math, context, p, args, workspace); },
  };
}

template <GemmMath math>
Conv2dBackwardDataKernel gpu_winograd_backward_data(KernelInfo info) {
  info.exact = false;
  return {
      .info = info,
      .supports = math == GemmMath::tf32 ? if_mixed<supports_gpu_winograd> : supports_gpu_winograd,
      .workspace_bytes = backward_data_gpu_winograd_bytes,
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_gpu_winograd(math, context, p, args, workspace); },
  };
}

}  // namespace impasto::conv2d_kernels
