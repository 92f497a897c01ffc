// The tables of conv2d: best first, reference last.
#include "ops/conv2d/columns.h"
#include "ops/conv2d/conv2d_kernels.h"
#include "ops/conv2d/conv2d_library_kernels.h"
#include "ops/conv2d/cuda_entries.h"
#include "ops/conv2d/direct_kernels.h"
#include "ops/conv2d/winograd.h"
#include "ops/conv2d/winograd16.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace conv2d_kernels {
namespace {

// What the transforms of F(6x6) add to the rounding of sums.
constexpr double kWinograd6Eps = 0x1p-24, kWinograd6Int16Eps = 0x1p-8;

template <const WinogradForm& form>
Conv2dForwardKernel winograd_forward(std::string_view id, Features needs) {
  return {
      .info = {.id = id,
               .idea = form.outputs == 4 ? "F(4x4, 3x3): 36 products for 144"
                                         : "F(6x6, 3x3): 64 products for 324",
               .needs = needs,
               .exact = false,
               .operand_eps = form.outputs == 4 ? 0 : kWinograd6Eps},
      .supports = [](const Conv2dProblem& p) { return supports_forward_winograd(p, form.outputs); },
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return forward_winograd_bytes(form, p, threads); },
      .reduction_length = forward_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                void* workspace) { forward_winograd(form, context, p, args, workspace); },
  };
}

template <const WinogradForm& form>
Conv2dBackwardDataKernel winograd_backward_data(std::string_view id, Features needs) {
  return {
      .info = {.id = id,
               .idea = form.outputs == 4 ? "F(4x4, 3x3) of the gradient"
                                         : "F(6x6, 3x3) of the gradient",
               .needs = needs,
               .exact = false,
               .operand_eps = form.outputs == 4 ? 0 : kWinograd6Eps},
      .supports = [](const Conv2dProblem& p) { return supports_winograd(p, form.outputs); },
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return backward_data_winograd_bytes(form, p, threads); },
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_winograd(form, context, p, args, workspace); },
  };
}

template <const WinogradForm& form>
Conv2dBackwardDataKernel winograd16_backward_data(std::string_view id, std::string_view idea) {
  return {
      .info = {.id = id,
               .idea = idea,
               .needs = Features(Feature::avx512) | Feature::avx512vnni,
               .exact = false,
               .operand_eps = form.outputs == 4 ? 0x1p-11 : kWinograd6Int16Eps},
      .supports =
          [](const Conv2dProblem& p) { return supports_backward_data_winograd16(p, form.outputs); },
      .workspace_bytes =
          [](const Conv2dProblem& p, int threads) {
            return backward_data_winograd16_bytes(form, p, threads);
          },
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_winograd16(form, context, p, args, workspace); },
  };
}

template <const DirectIsa& isa>
Conv2dForwardKernel direct_forward(std::string_view id, Features needs) {
  return {
      .info = {.id = id, .idea = "register tiles over the picture in place", .needs = needs},
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return forward_direct_bytes(isa, p, threads); },
      .reduction_length = forward_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                void* workspace) { forward_direct(isa, context, p, args, workspace); },
  };
}

template <const DirectIsa& isa>
Conv2dBackwardDataKernel direct_backward_data(std::string_view id, Features needs) {
  return {
      .info = {.id = id, .idea = "forward with rotated, transposed filters", .needs = needs},
      .supports = supports_backward_data_direct,
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return backward_data_direct_bytes(isa, p, threads); },
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_direct(isa, context, p, args, workspace); },
  };
}

template <const ColumnsIsa& isa>
Conv2dBackwardDataKernel columns_backward_data(std::string_view id, Features needs) {
  return {
      .info = {.id = id,
               .idea = "products of all taps, each added where it reaches",
               .needs = needs},
      .supports = supports_backward_data_columns,
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return backward_data_columns_bytes(isa, p, threads); },
      .reduction_length = backward_data_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                void* workspace) { backward_data_columns(isa, context, p, args, workspace); },
  };
}

template <const DirectIsa& isa>
Conv2dBackwardFilterKernel direct_backward_filter(std::string_view id, Features needs) {
  return {
      .info = {.id = id, .idea = "register tiles over packed blocks of pixels", .needs = needs},
      .workspace_bytes = [](const Conv2dProblem& p,
                            int threads) { return backward_filter_direct_bytes(isa, p, threads); },
      .reduction_length = backward_filter_length,
      .run = [](Context& context, const Conv2dProblem& p, const Conv2dBackwardFilterArgs& args,
                void* workspace) { backward_filter_direct(isa, context, p, args, workspace); },
  };
}

#if IMPASTO_CUDNN
template <auto run, class Args>
Kernel<Conv2dProblem, Args> cudnn(std::string_view id, std::int64_t (*length)(const Conv2dProblem&),
                                  double operand_eps) {
  return {.info = {.id = id,
                   .idea = "cuDNN; mask and pool in a pass of ours",
                   .backend = Backend::cuda_library,
                   .operand_eps = operand_eps,
                   .by_name = operand_eps != 0},
          .supports = supports_cudnn,
          .reduction_length = length,
          .run = run};
}
#endif

}  // namespace

const Conv2dForwardKernel kForward[] = {
    gpu_forward<gpu_first>(
        gpu_info("conv2d.fwd.cuda.first", "at most 4 channels on one side, few loads"),
        supports_forward_gpu_first),
    gpu_winograd_forward<GemmMath::tf32x3>(tensor_core_info(
        "conv2d.fwd.cuda.winograd4.tf32x3", "F(4x4, 3x3), three products of tf32 for one of f32")),
    gpu_forward<gpu_gemm<GemmMath::tf32x3>>(
        tensor_core_info("conv2d.fwd.cuda.implicit_gemm.tf32x3",
                         "patches on tensor cores, three products of tf32 for one of f32"),
        supports_forward_gpu_gemm),
    gpu_forward<gpu_tiled>(
        gpu_info("conv2d.fwd.cuda.tiled", "tiles in shared memory, 64 outputs a thread"),
        supports_gpu_tiled),
    gpu_forward<gpu_gemm<GemmMath::tf32>>(
        tensor_core_info("conv2d.fwd.cuda.implicit_gemm.tf32", "patches on tensor cores", kTf32Eps),
        if_mixed<supports_forward_gpu_gemm>),
    gpu_forward<gpu_gemm<GemmMath::bf16>>(
        tensor_core_info("conv2d.fwd.cuda.implicit_gemm.bf16", "patches on tensor cores", kBf16Eps),
        if_mixed<supports_forward_gpu_gemm>),
    gpu_forward<gpu_gemm<GemmMath::f16>>(
        tensor_core_info("conv2d.fwd.cuda.implicit_gemm.f16",
                         "patches on tensor cores, operands up to 65504", kF16Eps),
        if_mixed<supports_forward_gpu_gemm>),
#if IMPASTO_CUDNN
    cudnn<forward_cudnn_f32, Conv2dForwardArgs>("conv2d.fwd.cudnn.f32", forward_length, 0),
    cudnn<forward_cudnn_tf32, Conv2dForwardArgs>("conv2d.fwd.cudnn.tf32", forward_length, kTf32Eps),
#endif
    {.info = {.id = "conv2d.fwd.cuda.direct",
              .idea = "plain loops, 8 channels a thread",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = supports_gpu_direct,
     .reduction_length = forward_length,
     .run = forward_gpu_direct},
#if defined(__x86_64__)
    winograd_forward<avx512::kWinograd6>("conv2d.fwd.cpu.winograd6.avx512", Feature::avx512),
    winograd_forward<avx512::kWinograd4>("conv2d.fwd.cpu.winograd4.avx512", Feature::avx512),
    winograd_forward<avx2::kWinograd6>("conv2d.fwd.cpu.winograd6.avx2", Feature::avx2),
    winograd_forward<avx2::kWinograd4>("conv2d.fwd.cpu.winograd4.avx2", Feature::avx2),
    direct_forward<avx512::kDirect>("conv2d.fwd.cpu.direct.avx512", Feature::avx512),
    direct_forward<avx2::kDirect>("conv2d.fwd.cpu.direct.avx2", Feature::avx2),
#endif
    direct_forward<generic::kDirect>("conv2d.fwd.cpu.direct.generic", {}),
    {.info = {.id = "conv2d.fwd.cpu.reference",
              .idea = "plain loops, one output element at a time",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = forward_length,
     .run = forward_reference},
};

const Conv2dBackwardDataKernel kBackwardData[] = {
    gpu_backward_data<gpu_first>(
        gpu_info("conv2d.bwd_data.cuda.first", "at most 4 channels on one side, few loads"),
        supports_backward_data_gpu_first),
    gpu_winograd_backward_data<GemmMath::tf32>(
        tensor_core_info("conv2d.bwd_data.cuda.winograd4.tf32", "F(4x4, 3x3), products of tf32",
                         kTransformedTf32Eps)),
    gpu_backward_data<gpu_gemm<GemmMath::tf32>>(
        tensor_core_info("conv2d.bwd_data.cuda.implicit_gemm.tf32", "patches on tensor cores",
                         kTf32Eps),
        if_mixed<supports_backward_data_gpu_gemm>),
    gpu_backward_data<gpu_gemm<GemmMath::bf16>>(
        tensor_core_info("conv2d.bwd_data.cuda.implicit_gemm.bf16", "patches on tensor cores",
                         kBf16Eps),
        if_mixed<supports_backward_data_gpu_gemm>),
    gpu_winograd_backward_data<GemmMath::tf32x3>(
        tensor_core_info("conv2d.bwd_data.cuda.winograd4.tf32x3",
                         "F(4x4, 3x3), three products of tf32 for one of f32")),
    gpu_backward_data<gpu_gemm<GemmMath::tf32x3>>(
        tensor_core_info("conv2d.bwd_data.cuda.implicit_gemm.tf32x3",
                         "patches on tensor cores, three products of tf32 for one of f32"),
        supports_backward_data_gpu_gemm),
    gpu_backward_data<gpu_tiled>(
        gpu_info("conv2d.bwd_data.cuda.tiled", "forward with rotated, transposed filters"),
        supports_gpu_tiled),
#if IMPASTO_CUDNN
    cudnn<backward_data_cudnn_f32, Conv2dBackwardDataArgs>("conv2d.bwd_data.cudnn.f32",
                                                           backward_data_length, 0),
    cudnn<backward_data_cudnn_tf32, Conv2dBackwardDataArgs>("conv2d.bwd_data.cudnn.tf32",
                                                            backward_data_length, kTf32Eps),
#endif
    {.info = {.id = "conv2d.bwd_data.cuda.direct",
              .idea = "plain loops, each pixel asks who read it",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = supports_gpu_direct,
     .reduction_length = backward_data_length,
     .run = backward_data_gpu_direct},
#if defined(__x86_64__)
    winograd16_backward_data<avx512::kWinograd6>("conv2d.bwd_data.cpu.winograd6_int16.avx512vnni",
                                                 "F(6x6, 3x3), products of scaled 16-bit integers"),
    winograd16_backward_data<avx512::kWinograd4>("conv2d.bwd_data.cpu.winograd4_int16.avx512vnni",
                                                 "F(4x4, 3x3), products of scaled 16-bit integers"),
    winograd_backward_data<avx512::kWinograd6>("conv2d.bwd_data.cpu.winograd6.avx512",
                                               Feature::avx512),
    winograd_backward_data<avx512::kWinograd4>("conv2d.bwd_data.cpu.winograd4.avx512",
                                               Feature::avx512),
    winograd_backward_data<avx2::kWinograd6>("conv2d.bwd_data.cpu.winograd6.avx2", Feature::avx2),
    winograd_backward_data<avx2::kWinograd4>("conv2d.bwd_data.cpu.winograd4.avx2", Feature::avx2),
    columns_backward_data<avx512::kColumns>("conv2d.bwd_data.cpu.columns.avx512", Feature::avx512),
    columns_backward_data<avx2::kColumns>("conv2d.bwd_data.cpu.columns.avx2", Feature::avx2),
    direct_backward_data<avx512::kDirect>("conv2d.bwd_data.cpu.direct.avx512", Feature::avx512),
    direct_backward_data<avx2::kDirect>("conv2d.bwd_data.cpu.direct.avx2", Feature::avx2),
#endif
    columns_backward_data<generic::kColumns>("conv2d.bwd_data.cpu.columns.generic", {}),
    direct_backward_data<generic::kDirect>("conv2d.bwd_data.cpu.direct.generic", {}),
    {.info = {.id = "conv2d.bwd_data.cpu.reference",
              .idea = "plain loops, each pixel asks who read it",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_data_length,
     .run = backward_data_reference},
};

const Conv2dBackwardFilterKernel kBackwardFilter[] = {
    gpu_gemm_backward_filter<GemmMath::tf32x3>(
        tensor_core_info("conv2d.bwd_filter.cuda.implicit_gemm.tf32x3",
                         "gradient times patches, three products of tf32 for one of f32")),
    {.info = gpu_info("conv2d.bwd_filter.cuda.tiled", "tiles in shared memory, 64 sums a thread"),
     .supports = supports_backward_filter_gpu,
     .workspace_bytes = backward_filter_gpu_bytes,
     .reduction_length = backward_filter_length,
     .run = backward_filter_gpu_tiled},
    gpu_gemm_backward_filter<GemmMath::tf32>(
        tensor_core_info("conv2d.bwd_filter.cuda.implicit_gemm.tf32",
                         "gradient times patches on tensor cores", kTf32Eps)),
    gpu_gemm_backward_filter<GemmMath::bf16>(
        tensor_core_info("conv2d.bwd_filter.cuda.implicit_gemm.bf16",
                         "gradient times patches on tensor cores", kBf16Eps)),
    gpu_gemm_backward_filter<GemmMath::f16>(
        tensor_core_info("conv2d.bwd_filter.cuda.implicit_gemm.f16",
                         "gradient times patches, operands up to 65504", kF16Eps)),
#if IMPASTO_CUDNN
    cudnn<backward_filter_cudnn_f32, Conv2dBackwardFilterArgs>("conv2d.bwd_filter.cudnn.f32",
                                                               backward_filter_length, 0),
    cudnn<backward_filter_cudnn_tf32, Conv2dBackwardFilterArgs>("conv2d.bwd_filter.cudnn.tf32",
                                                                backward_filter_length, kTf32Eps),
#endif
    {.info = {.id = "conv2d.bwd_filter.cuda.direct",
              .idea = "plain loops over runs of outputs, added in their order",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .supports = supports_gpu_direct,
     .workspace_bytes = backward_filter_gpu_direct_bytes,
     .reduction_length = backward_filter_length,
     .run = backward_filter_gpu_direct},
#if defined(__x86_64__)
    direct_backward_filter<avx512::kDirect>("conv2d.bwd_filter.cpu.direct.avx512", Feature::avx512),
    direct_backward_filter<avx2::kDirect>("conv2d.bwd_filter.cpu.direct.avx2", Feature::avx2),
#endif
    direct_backward_filter<generic::kDirect>("conv2d.bwd_filter.cpu.direct.generic", {}),
    {.info = {.id = "conv2d.bwd_filter.cpu.reference",
              .idea = "plain loops, one tap of one output channel at a time",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = backward_filter_length,
     .run = backward_filter_reference},
};

}  // namespace conv2d_kernels

KernelTable<Conv2dProblem, Conv2dForwardArgs> conv2d_forward_table() {
  return {"conv2d.fwd", conv2d_kernels::kForward};
}

KernelTable<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data_table() {
  return {"conv2d.bwd_data", conv2d_kernels::kBackwardData};
}

KernelTable<Conv2dProblem, Conv2dBackwardFilterArgs> conv2d_backward_filter_table() {
  return {"conv2d.bwd_filter", conv2d_kernels::kBackwardFilter};
}

}  // namespace impasto
