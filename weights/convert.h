// Conversion of any weights file to safetensors, with its provenance.
#pragma once

#include <optional>
#include <string>

#include "tensor/dtype.h"
#include "weights/input_preset.h"

namespace impasto {

struct ConvertOptions {
  std::optional<InputPreset> input;  // empty: decided as read_weights does
  std::string padding;               // zero, reflect or replicate; empty: the file's, or zero
  std::string license;               // empty: the file's, or the Oxford group's where recognised
  std::string source;                // empty: the name of the file; a download gives its address
  DType dtype = DType::f32;          // or f16, bf16
};

// Writes `out` whole or not at all, with the keys source, source.sha256 and converter added to what
// read_weights gives. `in` and `out` may be one file. Throws InputError.
void convert_weights(const std::string& in, const std::string& out,
                     const ConvertOptions& options = {});

}  // namespace impasto
