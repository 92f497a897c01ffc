// safetensors: eight bytes of header length (little endian), a JSON header, then the raw data.
//
// The reader is strict: everything that the format forbids, and everything that two readers could
// understand differently, is refused with an InputError. F32, F64, F16, BF16, U8 and I32 keep their
// types.
#pragma once

#include <string>

#include "tensor/named_tensors.h"
#include "weights/archive.h"

namespace impasto {

Archive open_safetensors(const std::string& path);
NamedTensors read_safetensors(const std::string& path);

// Whole or not at all (tensor/atomic_file.h); the bytes are a function of the contents.
void write_safetensors(const std::string& path, const NamedTensors& contents);

}  // namespace impasto
