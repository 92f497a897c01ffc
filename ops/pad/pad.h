// Padding of feature maps: zero, reflected without repeating the border pixel, or the nearest
// border pixel.
//
// src [n, h, w, c] -> dst [n, h + top + bottom, w + left + right, c]. f32 and f64.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class PadMode : std::uint8_t { zero, reflect, replicate };

std::string_view to_string(PadMode mode);
PadMode parse_pad_mode(std::string_view text);  // throws InputError

// Index into [0, size) that position i of the padded axis shows, or -1 for zero padding outside.
std::int64_t padded_source(std::int64_t i, std::int64_t size, PadMode mode);

struct PadParams {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
  PadMode mode = PadMode::zero;
};

struct PadProblem {
  std::int64_t n = 1, h = 0, w = 0, c = 0;  // of src
  PadParams params;
  DType dtype = DType::f32;
  std::string to_string() const;
};

// Throws Error when reflection needs more pixels than the picture has (pad >= extent).
Tensor pad(Context& context, const Tensor& src, const PadParams& params);

// The adjoint: every padded position's gradient goes to the pixel that it showed.
Tensor pad_backward(Context& context, const Tensor& grad_dst, const Shape& src_shape,
                    const PadParams& params);

struct PadArgs {
  const Tensor& src;  // forward: src; backward: grad_dst
  Tensor& dst;        // forward: dst; backward: grad_src
};
KernelTable<PadProblem, PadArgs> pad_forward_table();   // pad.fwd
KernelTable<PadProblem, PadArgs> pad_backward_table();  // pad.bwd

}  // namespace impasto
