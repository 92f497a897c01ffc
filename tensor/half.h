// Conversions between f32 and the 16-bit storage formats, round to nearest even. NaN stays NaN,
// overflow becomes infinity, subnormals are exact.
#pragma once

#include "tensor/dtype.h"

namespace impasto {

float to_float(Half value);
float to_float(BFloat16 value);
Half to_half(float value);
BFloat16 to_bfloat16(float value);

}  // namespace impasto
