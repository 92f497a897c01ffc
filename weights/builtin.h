// The network that is part of the library, so that an installed program needs no file and no
// folder: weights/builtin/encoder.safetensors, as it is. weights/README.md says how it came about.
#pragma once

#include <cstddef>
#include <span>

namespace impasto {

// Stands for it wherever a weights file may be named. (A file of that name is "./built-in".)
inline constexpr const char* kBuiltinWeights = "built-in";

std::span<const std::byte> builtin_weights();

}  // namespace impasto
