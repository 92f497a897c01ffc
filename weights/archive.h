// Archive: what every weights format comes down to. An index of named tensors, known by shape and
// dtype before any data is read, each with a way to read it. Listing a file costs its index alone,
// and what nobody asks for (fully connected layers of 470 MB) is never read.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tensor/named_tensors.h"

namespace impasto {

struct ArchiveTensor {
  DType dtype = DType::f32;
  Shape shape;
  std::function<Tensor()> read;  // keeps the file open; throws InputError
};

struct Archive {
  std::string path;
  std::string format;  // "safetensors", "PyTorch", "Keras HDF5"
  std::map<std::string, ArchiveTensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Recognises the format by content, whatever the file is called.
Archive open_archive(const std::string& path);

NamedTensors read_all(const Archive& archive);

// Throws the InputError that all readers share: file, format, what is wrong, what to do.
[[noreturn]] void refuse(const std::string& path, std::string_view format,
                         const std::string& reason);

}  // namespace impasto
