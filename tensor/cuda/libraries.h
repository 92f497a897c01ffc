// The libraries of one Context: handles that are made when a kernel first asks for them, because
// each takes memory and time, and the plans that cuDNN made for the problems met so far.
// Owned by CudaState; used by one thread at a time. All entries throw what check.h says.
#pragma once

#include <optional>

#include "tensor/cuda/cublas.h"
#if IMPASTO_CUDNN
#include "tensor/cuda/cudnn_plan.h"
#endif

namespace impasto {

class CudaLibraries {
 public:
  explicit CudaLibraries(int device) : device_(device) {}

  CublasHandle& cublas() { return cublas_ ? *cublas_ : cublas_.emplace(device_); }
#if IMPASTO_CUDNN
  CudnnPlans& cudnn() {
    return cudnn_ ? *cudnn_ : cudnn_.emplace(cuda_stream(device_));
  }
#endif

 private:
  int device_;
  std::optional<CublasHandle> cublas_;
#if IMPASTO_CUDNN
  std::optional<CudnnPlans> cudnn_;
#endif
};

}  // namespace impasto
