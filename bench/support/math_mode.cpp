#include "bench/support/math_mode.h"

#include <fmt/ranges.h>

#include "tensor/error.h"

namespace impasto::bench {

namespace {

// Kernels of products serve the layers whose channels are vectors; the others are left to f32.
constexpr std::string_view kForwardTf32 =
    "conv2d.fwd.cuda.implicit_gemm.tf32+conv2d.fwd.cuda.first+conv2d.fwd.cuda.direct";
constexpr std::string_view kForwardBf16 =
    "conv2d.fwd.cuda.implicit_gemm.bf16+conv2d.fwd.cuda.first+conv2d.fwd.cuda.direct";
constexpr std::string_view kForwardF16 =
    "conv2d.fwd.cuda.implicit_gemm.f16+conv2d.fwd.cuda.first+conv2d.fwd.cuda.direct";
constexpr std::string_view kBackwardBf16 =
    "conv2d.bwd_data.cuda.implicit_gemm.bf16+conv2d.bwd_data.cuda.first+"
    "conv2d.bwd_data.cuda.direct";

}  // namespace

const MathMode& math_mode(std::string_view name) {
  static const std::vector<MathMode> kModes = {
      {"f32", Precision::f32, {}},
      {"mixed", Precision::mixed, {}},
      {"tf32", Precision::mixed, {{"conv2d.fwd", kForwardTf32}}},
      {"bf16", Precision::f32, {{"conv2d.fwd", kForwardBf16}, {"conv2d.bwd_data", kBackwardBf16}}},
      {"f16", Precision::mixed, {{"conv2d.fwd", kForwardF16}}},
      {"library_f32",
       Precision::f32,
       {{"conv2d.fwd", "conv2d.fwd.cudnn.f32"},
        {"conv2d.bwd_data", "conv2d.bwd_data.cudnn.f32"},
        {"gram.fwd", "gram.fwd.cublas.f32"},
        {"gram.bwd", "gram.bwd.cublas.f32"}}},
      {"library_tf32",
       Precision::f32,
       {{"conv2d.fwd", "conv2d.fwd.cudnn.tf32"},
        {"conv2d.bwd_data", "conv2d.bwd_data.cudnn.tf32"},
        {"gram.fwd", "gram.fwd.cublas.tf32"},
        {"gram.bwd", "gram.bwd.cublas.tf32"}}},
  };
  std::vector<std::string_view> names;
  for (const MathMode& mode : kModes) {
    if (mode.name == name) return mode;
    names.push_back(mode.name);
  }
  throw InputError(fmt::format("no variant '{}'; there are {}", name, fmt::join(names, ", ")));
}

}  // namespace impasto::bench
