// The libraries of one Context: handles that are made when a kernel first asks for them, because
// each takes memory and time, and the plans that cuDNN made for the problems met so far.
// Owned by CudaState; used by one thread at a time. All entries throw what check.h says.
#pragma once

#include <optional>

#include "tensor/cuda/cublas.h"

namespace impasto {

class CudaLibraries {
 public:
  explicit CudaLibraries(int device) : device_(device) {}

  CublasHandle& cublas() { return cublas_ ? *cublas_ : cublas_.emplace(device_); }

 private:
  int device_;
  std::optional<CublasHandle> cublas_;
};

}  // namespace impasto
