// What a Context of a CUDA device owns; made by make_cuda_state() of devices.h. One thread at a
// time uses it, with the device current.
#pragma once

#include "tensor/cuda/devices.h"
#include "tensor/cuda/libraries.h"
#include "tensor/cuda/memory.h"

namespace impasto {

struct CudaState {
  explicit CudaState(int index)
      : device(index),
        stream(cuda_stream(index)),
        properties(cuda_device(index)),
        libraries(index) {}

  int device;
  CudaStream stream;  // the device's, which all its contexts share: see memory.h
  CudaDevice properties;
  CudaLibraries libraries;
};

}  // namespace impasto
