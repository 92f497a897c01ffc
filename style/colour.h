// Keeping the colours of the photograph: the style's brush, the content's paint.
#pragma once

#include "tensor/tensor.h"

namespace impasto {

// Luminance of `result` with the chrominance of `content`, both [h, w, 3] f32 of 0..255: analogue
// YUV of BT.601 (Y = 0.299 R + 0.587 G + 0.114 B), in float, clamped to 0..255.
//
// U and V are multiples of B - Y and R - Y, so keeping them means to add one number to R, G and B
// alike: the difference of the two luminances. No matrix, and no rounding of its inverse.
Tensor with_colours_of(const Tensor& content, const Tensor& result);

}  // namespace impasto
