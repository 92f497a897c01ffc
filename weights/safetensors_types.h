// The element types of safetensors files and ours.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "tensor/dtype.h"

namespace impasto {

inline constexpr std::array<std::pair<std::string_view, DType>, 6> kSafetensorsTypes = {{
    {"F32", DType::f32},
    {"F64", DType::f64},
    {"F16", DType::f16},
    {"BF16", DType::bf16},
    {"U8", DType::u8},
    {"I32", DType::i32},
}};

}  // namespace impasto
