// Resampling of pictures and feature maps, separable, with pixel centres at half integers.
//
// src [n, h, w, c] -> dst [n, oh, ow, c]. f32 and f64. Every mode is one matrix an axis, whose rows
// sum to 1 (borders are renormalised), so the backward pass is the same matrices transposed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class ResizeMode : std::uint8_t {
  nearest,   // floor((i + 0.5) * h / oh): upsampling layers
  bilinear,  // two taps, not antialiased, edges clamped: upsampling layers
  area,      // mean over the source interval that a pixel covers: shrinking
  bicubic,   // Keys a = -0.5, support widened when shrinking (antialiased)
  lanczos,   // Lanczos 3, support widened when shrinking (antialiased)
};

std::string_view to_string(ResizeMode mode);

// One axis of a resampling: output i is the sum of weights[offset[i] + k] * src[first[i] + k].
struct AxisWeights {
  std::vector<std::int64_t> first;   // [out]
  std::vector<std::int64_t> offset;  // [out + 1]
  std::vector<double> weights;
};
AxisWeights resize_weights(std::int64_t in, std::int64_t out, ResizeMode mode);

struct ResizeProblem {
  std::int64_t n = 1, h = 0, w = 0, c = 0, oh = 0, ow = 0;
  ResizeMode mode = ResizeMode::bilinear;
  DType dtype = DType::f32;
  std::string to_string() const;
};

Tensor resize(Context& context, const Tensor& src, std::int64_t oh, std::int64_t ow,
              ResizeMode mode);
Tensor resize_backward(Context& context, const Tensor& grad_dst, const Shape& src_shape,
                       ResizeMode mode);

struct ResizeArgs {
  const Tensor& src;  // forward: src; backward: grad_dst
  Tensor& dst;        // forward: dst; backward: grad_src
};
KernelTable<ResizeProblem, ResizeArgs> resize_forward_table();   // resize.fwd
KernelTable<ResizeProblem, ResizeArgs> resize_backward_table();  // resize.bwd

}  // namespace impasto
